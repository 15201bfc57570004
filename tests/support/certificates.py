"""Certificates that nobody signed but themselves."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path


def make_certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """Write a key and a certificate for a name, and return their files."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -keyout {key} -out {certificate} -days 1 -subj /CN={name}"
    subprocess.run([*command.split(), "-addext", f"subjectAltName=DNS:{name}"], check=True, capture_output=True)
    return key, certificate


def server_context(folder: Path, name: str = "localhost") -> ssl.SSLContext:
    """What a server of that name secures its connections with; `certificate.pem` is what its client may trust."""
    key, certificate = make_certificate(folder, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
