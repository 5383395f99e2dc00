"""A mail server for tests: it keeps what it is sent, and refuses addresses that start with "refused"."""

from __future__ import annotations

import contextlib
import email
import email.policy
import socketserver
import threading


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 ready")
        recipient = ""
        while line := self.rfile.readline().decode().strip():
            command = line.split()[0].upper()
            if command == "RCPT":
                recipient = line.partition("<")[2].rstrip(">")
                self.say("550 no such person" if recipient.startswith("refused") else "250 yes")
            elif command == "DATA":
                self.say("354 go on")
                self.keep(recipient)
                self.say("250 taken")
            else:
                self.say("221 bye" if command == "QUIT" else "250 yes")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def keep(self, recipient: str) -> None:
        content = b""
        while (line := self.rfile.readline()) != b".\r\n":
            content += line.removeprefix(b".") if line.startswith(b"..") else line
        self.server.mails.append((recipient, email.message_from_bytes(content, policy=email.policy.default)))


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.mails: list[tuple[str, email.message.EmailMessage]] = []

    @property
    def address(self) -> str:
        return "{}:{}".format(*self.server_address)


@contextlib.contextmanager
def mail_server():
    """A server that runs as long as the block."""
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
