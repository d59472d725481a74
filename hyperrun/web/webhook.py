"""Does a push webhook come from a forge that has the secret?"""

import hashlib
import hmac
from collections.abc import Mapping


def is_authentic(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """As a bearer token, as GitLab sends it, or as GitHub and Forgejo sign the body with it.

    Compared in constant time; with an empty secret nothing is authentic.
    """
    if not secret:
        return False
    key = secret.encode()
    scheme, _, token = headers.get("authorization", "").partition(" ")
    said = token if scheme.lower() == "bearer" else headers.get("x-gitlab-token", "")
    if said:
        return hmac.compare_digest(said.strip().encode(), key)
    signature = headers.get("x-hub-signature-256", "").removeprefix("sha256=")
    signature = signature or headers.get("x-forgejo-signature", "")
    made = hmac.new(key, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature.encode(), made.encode())
