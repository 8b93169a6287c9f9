# SPDX-License-Identifier: GPL-2.0-or-later
"""A certificate authority of the test's own, and certificates of its making: good, expired, of another name."""

import pathlib
import ssl

from processes import run_checked

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


class Authority:
    """Makes server contexts for certificates that it has signed; `ca_file` is what a client needs to trust them."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir()
        self.directory.chmod(0o755)
        self.ca_file = self.directory / "ca.pem"
        self._openssl("req", "-x509", *KEY, "-keyout", self.directory / "ca.key", "-out", self.ca_file,
                      "-subj", "/CN=vrfgate test authority", "-days", "2")

    def _openssl(self, *arguments):
        run_checked(["openssl", *arguments], f"openssl {arguments[0]}")

    def context(self, name, address="127.0.0.1", days=1):
        """An ssl context with a certificate for that address; with -1 days it has expired."""
        key, request, certificate = (self.directory / f"{name}.{each}" for each in ("key", "csr", "pem"))
        self._openssl("req", *KEY, "-keyout", key, "-out", request, "-subj", f"/CN={name}",
                      "-addext", f"subjectAltName=IP:{address}")
        self._openssl("x509", "-req", "-in", request, "-copy_extensions", "copy", "-CA", self.ca_file,
                      "-CAkey", self.directory / "ca.key", "-CAcreateserial", "-days", str(days), "-out", certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context
