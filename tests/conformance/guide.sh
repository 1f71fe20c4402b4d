# The guide's commands, as they stand there but for this: tokens and secrets go through files and pipes instead of
# argv, `vault kv` is said by curl (Debian has no vault), and step 4 deactivates before it deletes, as its comment says
# and Okta demands. Each line that it prints is asserted in guide_test.cc.
umask 077
printf 'X-Vault-Token: %s\n' "$(cat "$VAULT_TOKEN_FILE")" >"$HOME/vault-header"

# 1. Register a second client secret at the IdP
ADMIN_TOKEN=$(curl -s -H "@$HOME/vault-header" "$VAULT_ADDR/v1/portal-kv/data/oidc/idp-admin" | jq -r .data.data.token)
printf 'Authorization: SSWS %s\n' "$ADMIN_TOKEN" >"$HOME/okta-header"
OLD_SECRET_ID=$(curl -s \
"https://${IDP_TENANT_DOMAIN}/oauth2/v1/clients/${OIDC_CLIENT_ID}/credentials/secrets" \
-H "@$HOME/okta-header" -H "Accept: application/json" | jq -r '.[0].id')
NEW_SECRET=$(curl -s -X POST \
"https://${IDP_TENANT_DOMAIN}/oauth2/v1/clients/${OIDC_CLIENT_ID}/credentials/secrets" \
-H "@$HOME/okta-header" \
-H "Accept: application/json" | jq -r '.client_secret')

# 2. Write the new secret as a new KV version
printf %s "$NEW_SECRET" | jq -R '{data: {client_secret: .}}' |
  curl -s -X PUT -H "@$HOME/vault-header" -d @- "$VAULT_ADDR/v1/portal-kv/data/oidc/portal" | jq '.data.version'
curl -s -H "@$HOME/vault-header" "$VAULT_ADDR/v1/portal-kv/data/oidc/portal" | jq '.data.metadata.version'

# 3. Roll the fleet onto the new secret
kubectl rollout restart deployment/portal-backend -n platform
kubectl rollout status deployment/portal-backend -n platform --timeout=180s | tail -1

# Validation 1. Confirm two secrets were active during overlap
curl -s "https://${IDP_TENANT_DOMAIN}/oauth2/v1/clients/${OIDC_CLIENT_ID}/credentials/secrets" \
-H "@$HOME/okta-header" | jq 'length'

# Validation 2. Confirm every pod renders the new KV version; once the old ones, which a rollout does not wait for, have ended
until [ "$(kubectl get pods -n platform -l app=portal-backend -o name | wc -l)" = 4 ]; do :; done
kubectl get pods -n platform -l app=portal-backend -o name | while read p; do
kubectl exec "$p" -n platform -c portal -- cat /vault/secrets/oidc | grep -c OIDC_CLIENT_SECRET
kubectl exec "$p" -n platform -c portal -- cat /vault/secrets/oidc >"$HOME/rendered"
[ "$(cat "$HOME/rendered")" = "OIDC_CLIENT_SECRET=$NEW_SECRET" ] && echo renders the new secret
done

# Validation 3. End-to-end token exchange with the live secret
exchange() {
printf %s "grant_type=client_credentials&client_id=${OIDC_CLIENT_ID}&client_secret=$1&scope=openid" |
curl -s -o /dev/null -w "%{http_code}\n" -X POST "https://${IDP_TENANT_DOMAIN}/oauth2/v1/token" -d @-
}
exchange "$NEW_SECRET"
exchange synthetic-wrong-secret

# 4. Retire the old secret after the overlap window
curl -s -o /dev/null -w "%{http_code}\n" -X POST \
"https://${IDP_TENANT_DOMAIN}/oauth2/v1/clients/${OIDC_CLIENT_ID}/credentials/secrets/${OLD_SECRET_ID}/lifecycle/deactivate" \
-H "@$HOME/okta-header"
curl -s -o /dev/null -w "%{http_code}\n" -X DELETE \
"https://${IDP_TENANT_DOMAIN}/oauth2/v1/clients/${OIDC_CLIENT_ID}/credentials/secrets/${OLD_SECRET_ID}" \
-H "@$HOME/okta-header"

# Validation 4. After step 4, confirm only one secret remains
curl -s "https://${IDP_TENANT_DOMAIN}/oauth2/v1/clients/${OIDC_CLIENT_ID}/credentials/secrets" \
-H "@$HOME/okta-header" | jq 'length'
exchange "$NEW_SECRET"
