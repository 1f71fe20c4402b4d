# Exactly what `rotator` asks of Vault (rotator plan checks it). Mount portal-kv, secret oidc/portal, its journal beside it.
path "portal-kv/data/oidc/portal"              { capabilities = ["create", "read", "update"] }
path "portal-kv/metadata/oidc/portal"          { capabilities = ["read"] }
path "portal-kv/data/oidc/portal-rotation"     { capabilities = ["create", "read", "update"] }
path "portal-kv/metadata/oidc/portal-rotation" { capabilities = ["read"] }
path "portal-kv/data/oidc/idp-admin"           { capabilities = ["read"] }
# How many versions the mount keeps and for how long; without it the default of 10 is taken.
path "portal-kv/config"                        { capabilities = ["read"] }
# What Vault's default policy grants as well; a role with token_no_default_policy needs it from here.
path "auth/token/lookup-self"                  { capabilities = ["read"] }
path "auth/token/renew-self"                   { capabilities = ["update"] }
path "sys/capabilities-self"                   { capabilities = ["update"] }
