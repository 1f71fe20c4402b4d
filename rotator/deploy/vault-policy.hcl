# Exactly what `rotator` asks of Vault (rotator plan checks it). Mount portal-kv, secret oidc/portal, its journal beside it.
path "portal-kv/data/oidc/portal"              { capabilities = ["create", "read", "update"] }
path "portal-kv/metadata/oidc/portal"          { capabilities = ["read"] }
path "portal-kv/data/oidc/portal-rotation"     { capabilities = ["create", "read", "update"] }
path "portal-kv/metadata/oidc/portal-rotation" { capabilities = ["read"] }
path "portal-kv/data/oidc/idp-admin"           { capabilities = ["read"] }
# How many versions the mount keeps; without it the default of 10 is taken.
path "portal-kv/config"                        { capabilities = ["read"] }
