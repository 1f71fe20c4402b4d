# The guide's steps in each vendor's own documented calls, in a shell that has evaluated `rehearse serve --env`: $1 is okta,
# entra, keycloak or auth0. Tokens and secrets go through files and pipes. Each line that this prints is asserted in
# serve_test.cc: how many secrets there are and whether old and new one are accepted, after each step.
set -euo pipefail
umask 077
vendor=$1
printf 'X-Vault-Token: %s\n' "$VAULT_TOKEN" >"$HOME/vault-header"
kv() { curl -sSf -H "@$HOME/vault-header" "$VAULT_ADDR/v1/portal-kv/data/$1"; }
idp="https://$IDP_TENANT_DOMAIN"
token_endpoint=$(curl -sSf "$OIDC_ISSUER/.well-known/openid-configuration" | jq -r .token_endpoint)
kv oidc/idp-admin | jq -r .data.data.token >"$HOME/credential"
kv oidc/portal | jq -r .data.data.client_secret >"$HOME/old"

# A token request with the secret in a file; its status.
accepted() {
  { printf %s "grant_type=client_credentials&client_id=$OIDC_CLIENT_ID&scope=$scope&client_secret="; jq -rR @uri <"$1"; } |
    tr -d '\n' | curl -sS -o /dev/null -w '%{http_code}\n' -d @- "$token_endpoint"
}
# The administrator's own token, as a header's line in a file: made anew for each call, for some live a minute.
log_in() {
  case $vendor in
    okta) printf 'Authorization: SSWS %s\n' "$(cat "$HOME/credential")" ;;
    auth0)
      jq -c --arg audience "$idp/api/v2/" '. + {grant_type: "client_credentials", audience: $audience}' "$HOME/credential" |
        curl -sSf -H 'Content-Type: application/json' -d @- "$idp/oauth/token" | jq -r '"Authorization: Bearer " + .access_token'
      ;;
    *)
      jq -r '"grant_type=client_credentials&client_id=\(.client_id | @uri)&client_secret=\(.client_secret | @uri)"
        + (if $scope == "" then "" else "&scope=" + ($scope | @uri) end)' --arg scope "$admin_scope" "$HOME/credential" |
        tr -d '\n' | curl -sSf -d @- "$token_endpoint" | jq -r '"Authorization: Bearer " + .access_token'
      ;;
  esac >"$HOME/admin-header"
}
admin() {
  log_in
  curl -sS -H "@$HOME/admin-header" -H 'Content-Type: application/json' "$@"
}

# What the provider takes its time for has happened.
settle() { curl -sSf -o /dev/null -H "@$OVERLAP_FOLDER/control-header" "$OVERLAP_CONTROL_URL/v1/clock" -d '{"jump": "30m"}'; }

admin_scope=
scope=openid
case $vendor in
  okta) # https://developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationSSOPublicKeys/
    secrets="$idp/api/v1/apps/$OIDC_CLIENT_ID/credentials/secrets"
    count() { admin "$secrets" | jq length; }
    create() { admin -X POST "$secrets" | jq -r .client_secret; }
    retire() {
      id=$(admin "$secrets" | jq -r 'min_by(.created).id')
      admin -o /dev/null -w '%{http_code}\n' -X POST "$secrets/$id/lifecycle/deactivate"
      admin -o /dev/null -w '%{http_code}\n' -X DELETE "$secrets/$id"
    }
    ;;
  entra) # https://learn.microsoft.com/graph/api/application-addpassword
    admin_scope=https://graph.microsoft.com/.default
    scope=https%3A%2F%2Fgraph.microsoft.com%2F.default
    application="$idp/v1.0/applications(appId='$OIDC_CLIENT_ID')"
    count() { admin "$application" | jq '.passwordCredentials | length'; }
    create() { admin "$application/addPassword" -d '{"passwordCredential": {"displayName": "portal"}}' | jq -r .secretText; }
    retire() {
      admin "$application" | jq -c '{keyId: .passwordCredentials | min_by(.startDateTime).keyId}' |
        admin -o /dev/null -w '%{http_code}\n' "$application/removePassword" -d @-
    }
    ;;
  keycloak) # https://www.keycloak.org/docs/latest/server_admin/#_secret_rotation
    clients="$idp/admin/realms/portal/clients"
    secret() { echo "$clients/$(admin "$clients?clientId=$OIDC_CLIENT_ID" | jq -r '.[0].id')/client-secret"; }
    count() {
      local here
      here=$(secret)
      { admin "$here"; admin "$here/rotated"; } | jq -s 'map(select(.value)) | length'
    }
    create() { admin -X POST "$(secret)" | jq -r .value; }
    retire() { admin -o /dev/null -w '%{http_code}\n' -X DELETE "$(secret)/rotated"; }
    ;;
  auth0) # https://auth0.com/docs/api/management/v2/clients/post-rotate-secret
    client="$idp/api/v2/clients/$OIDC_CLIENT_ID"
    count() { admin "$client" | jq '[.client_secret] | length'; }
    create() { admin -X POST "$client/rotate-secret" | jq -r .client_secret; }
    retire() { :; }
    ;;
esac

echo "secrets $(count), old $(accepted "$HOME/old")"
create >"$HOME/new"
settle
echo "secrets $(count), old $(accepted "$HOME/old"), new $(accepted "$HOME/new")"
jq -R '{data: {client_secret: .}}' <"$HOME/new" | curl -sSf -o /dev/null -H "@$HOME/vault-header" -d @- "$VAULT_ADDR/v1/portal-kv/data/oidc/portal"
kubectl rollout restart deployment/portal-backend -n platform
kubectl rollout status deployment/portal-backend -n platform --timeout=180s | tail -1
retire
settle
echo "secrets $(count), old $(accepted "$HOME/old"), new $(accepted "$HOME/new")"
