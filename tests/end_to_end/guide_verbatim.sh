# The guide's commands as they stand there, line by line, in a shell that has evaluated `rehearse serve --env`. What is not the
# guide's is said to be ours. Each line that this prints is asserted in serve_test.cc.
set -euo pipefail
umask 077
# Ours: where there is no vault, one that understands the guide's three commands.
if ! command -v vault >/dev/null; then
  printf 'X-Vault-Token: %s\n' "$VAULT_TOKEN" >"$HOME/vault-header"
  api() { echo "$VAULT_ADDR/v1/${1%%/*}/data/${1#*/}"; }
  vault() {
    case "$1 $2 $3" in
      "kv get -field="*) curl -sSf -H "@$HOME/vault-header" "$(api "$4")" | jq -r ".data.data.${3#-field=}" ;;
      "kv get -format=json") curl -sSf -H "@$HOME/vault-header" "$(api "$4")" ;;
      "kv put "*)
        printf %s "${4#*=}" | jq -R "{data: {${4%%=*}: .}}" |
          curl -sSf -o /dev/null -X PUT -H "@$HOME/vault-header" -d @- "$(api "$3")"
        ;;
    esac
  }
fi
# Ours: the id that step 4 wants is on nobody's lips before.
OLD_SECRET_ID=$(curl -s "https://${IDP_TENANT_DOMAIN}/oauth2/v1/clients/${OIDC_CLIENT_ID}/credentials/secrets" \
-H "Authorization: SSWS $(vault kv get -field=token portal-kv/oidc/idp-admin)" | jq -r '.[0].id')

# 1. Register a second client secret at the IdP
# Requires Okta API; token read from Vault, never inline
ADMIN_TOKEN=$(vault kv get -field=token portal-kv/oidc/idp-admin)
NEW_SECRET=$(curl -s -X POST \
"https://${IDP_TENANT_DOMAIN}/oauth2/v1/clients/${OIDC_CLIENT_ID}/credentials/secrets" \
-H "Authorization: SSWS ${ADMIN_TOKEN}" \
-H "Accept: application/json" | jq -r '.client_secret')

# 2. Write the new secret as a new KV version
# Requires Vault >= 1.16.0
vault kv put portal-kv/oidc/portal client_secret="${NEW_SECRET}"
vault kv get -format=json portal-kv/oidc/portal | jq '.data.metadata.version'

# 3. Roll the fleet onto the new secret
# Requires Kubernetes >= 1.27
kubectl rollout restart deployment/portal-backend -n platform
kubectl rollout status deployment/portal-backend -n platform --timeout=180s | tail -1 # tail: ours

# Validation
# 1. Confirm two secrets were active during overlap (run before step 4)
curl -s "https://${IDP_TENANT_DOMAIN}/oauth2/v1/clients/${OIDC_CLIENT_ID}/credentials/secrets" \
-H "Authorization: SSWS ${ADMIN_TOKEN}" | jq 'length'
# Expect: 2
# Ours: pods that end are listed too, and a rollout does not wait for them.
until [ "$(kubectl get pods -n platform -l app=portal-backend -o name | wc -l)" = 4 ]; do :; done
# 2. Confirm every pod renders the new KV version
kubectl get pods -n platform -l app=portal-backend -o name | while read p; do
kubectl exec "$p" -n platform -c portal -- cat /vault/secrets/oidc | grep -c OIDC_CLIENT_SECRET
done
# Expect: 1 from every pod
# 3. End-to-end token exchange with the live secret
curl -s -o /dev/null -w "%{http_code}\n" -X POST "https://${IDP_TENANT_DOMAIN}/oauth2/v1/token" \
-d "grant_type=client_credentials&client_id=${OIDC_CLIENT_ID}&client_secret=${NEW_SECRET}&scope=openid"
# Expect: 200

# 4. Retire the old secret after the overlap window
# Deactivate then delete the superseded secret by its IdP secret id
curl -s -X DELETE \
"https://${IDP_TENANT_DOMAIN}/oauth2/v1/clients/${OIDC_CLIENT_ID}/credentials/secrets/${OLD_SECRET_ID}" \
-H "Authorization: SSWS ${ADMIN_TOKEN}"

# 4. After step 4, confirm only one secret remains
curl -s "https://${IDP_TENANT_DOMAIN}/oauth2/v1/clients/${OIDC_CLIENT_ID}/credentials/secrets" \
-H "Authorization: SSWS ${ADMIN_TOKEN}" | jq 'length'
# Expect: 1
