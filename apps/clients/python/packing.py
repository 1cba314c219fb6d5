"""Makes a wheel of the client for pip (PEP 517), so that nothing has to be fetched for it."""

import base64
import hashlib
import tomllib
import zipfile
from pathlib import Path


def build_wheel(
    wheel_directory: str, config_settings: object = None, metadata_directory: object = None
) -> str:
    """The name of the file that it made in that directory; the same sources make the same bytes."""
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    called = f"{project['name'].replace('-', '_')}-{project['version']}"
    files = {
        str(each): each.read_bytes()
        for each in sorted(Path("lithair_client").iterdir())
        if each.suffix == ".py" or each.name == "py.typed"
    }
    files[f"{called}.dist-info/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
        f"Summary: {project['description']}\nLicense: {project['license']['text']}\n"
        f"Requires-Python: {project['requires-python']}\n"
    ).encode()
    files[f"{called}.dist-info/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: lithair\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    record = f"{called}.dist-info/RECORD"
    lines = [f"{name},sha256={digest(body)},{len(body)}\n" for name, body in files.items()]
    files[record] = "".join([*lines, f"{record},,\n"]).encode()
    wheel = f"{called}-py3-none-any.whl"
    with zipfile.ZipFile(Path(wheel_directory, wheel), "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            made.writestr(entry, body)
    return wheel


def digest(body: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
