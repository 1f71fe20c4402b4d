"""The Vault client hvac against the mock: one line a step, "step: outcome". An outcome is a value or
the class of the exception that hvac itself raised. No secret is printed."""

import os
import sys
import warnings

try:
    import hvac
    import requests
except ImportError:
    sys.exit("hvac is not installed: ./dev installs python3-hvac")

warnings.simplefilter("ignore")
mount, path = "portal-kv", "conformance/hvac"
address, authority = os.environ["VAULT_ADDR"], os.environ["VAULT_CACERT"]


def content(variable):
    with open(os.environ[variable], encoding="utf-8") as file:
        return file.read().strip()


def client(token=None, verify=authority):
    return hvac.Client(url=address, token=token, verify=verify)


def step(name, call):
    try:
        outcome = call()
    except (hvac.exceptions.VaultError, requests.exceptions.RequestException) as error:
        texts = getattr(error, "errors", None)
        outcome = f"{type(error).__name__} {texts[0] if texts else ''}".strip().splitlines()[0]
    print(f"{name}: {outcome}")


operator = client(content("VAULT_OPERATOR_TOKEN_FILE"))
rotator = client(content("VAULT_TOKEN_FILE"))
kv = operator.secrets.kv.v2


def write(value, cas=None):
    return kv.create_or_update_secret(
        path=path, secret={"value": value}, cas=cas, mount_point=mount)["data"]["version"]


def read(version=None):
    return kv.read_secret_version(path=path, version=version, mount_point=mount)["data"]["data"]["value"]


def versions():
    return kv.read_secret_metadata(path=path, mount_point=mount)["data"]["versions"]


def log_in(role, token):
    someone = client()
    someone.auth.kubernetes.login(role=role, jwt=token)
    return ",".join(sorted(someone.auth.token.lookup_self()["data"]["policies"]))


step("missing", read)
step("create", lambda: write("one", cas=0))
step("create again", lambda: write("two", cas=0))
step("update", lambda: write("two", cas=1))
step("update without cas", lambda: write("three"))
step("stale", lambda: write("four", cas=1))
step("latest", read)
step("older", lambda: read(2))
step("no such version", lambda: read(9))
step("patch", lambda: kv.patch(path=path, secret={"other": "x"}, mount_point=mount)["data"]["version"])
step("patched", read)
step("delete", lambda: kv.delete_secret_versions(path=path, versions=[2], mount_point=mount).status_code)
step("deleted", lambda: read(2))
step("deletion told", lambda: versions()["2"]["deletion_time"] != "")
step("undelete", lambda: kv.undelete_secret_versions(path=path, versions=[2], mount_point=mount).status_code)
step("undeleted", lambda: read(2))
step("destroy", lambda: kv.destroy_secret_versions(path=path, versions=[1], mount_point=mount).status_code)
step("destroyed", lambda: read(1))
step("destruction told", lambda: versions()["1"]["destroyed"])
step("keep two", lambda: kv.update_metadata(path=path, max_versions=2, mount_point=mount).status_code)
step("write one more", lambda: write("five"))
step("kept", lambda: ",".join(sorted(versions())))
step("list", lambda: ",".join(kv.list_secrets(path="conformance", mount_point=mount)["data"]["keys"]))
step("delete all", lambda: kv.delete_metadata_and_all_versions(path=path, mount_point=mount).status_code)
step("all deleted", read)

step("wrong token", lambda: client("hvs.synthetic-wrong").secrets.kv.v2.read_secret_version(
    path="oidc/portal", mount_point=mount))
step("is wrong token known", lambda: client("hvs.synthetic-wrong").is_authenticated())
step("is token known", rotator.is_authenticated)
step("not allowed", lambda: rotator.secrets.kv.v2.read_secret_version(path=path, mount_point=mount))
step("capabilities", lambda: ",".join(rotator.sys.get_capabilities(
    paths=["portal-kv/data/oidc/portal"])["data"]["portal-kv/data/oidc/portal"]))
step("renew", lambda: rotator.auth.token.renew_self()["auth"]["lease_duration"] > 0)

step("health", lambda: rotator.sys.read_health_status(method="GET")["sealed"])
step("health by HEAD", lambda: rotator.sys.read_health_status(method="HEAD").status_code)
step("initialized", rotator.sys.is_initialized)
step("sealed", rotator.sys.is_sealed)
step("shares", lambda: rotator.sys.read_seal_status()["n"])
step("mount", lambda: operator.sys.list_mounted_secrets_engines()["data"]["portal-kv/"]["options"]["version"])

step("log in", lambda: log_in("rotator", content("KUBERNETES_TOKEN_FILE")))
step("log in as the portal", lambda: log_in("portal", content("KUBERNETES_TOKEN_FILE")))
step("log in to no role", lambda: log_in("nobody", content("KUBERNETES_TOKEN_FILE")))
step("log in by a wrong token", lambda: log_in("rotator", "synthetic.wrong.token"))

step("wrong authority", lambda: client(verify=os.environ["WRONG_CA"]).sys.is_initialized())
