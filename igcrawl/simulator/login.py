"""The login as a human goes through it: a form, perhaps a code, then the cookies of a session."""

from igcrawl.simulator import answers
from igcrawl.simulator.answers import HTML, Answer
from igcrawl.simulator.parsed_request import Ask
from igcrawl.simulator.sessions import Sessions

LOGIN = "/accounts/login/"
_SUBMIT = LOGIN + "ajax/"
_CODE = LOGIN + "two_factor/"
_FORM = (
    f'<form id="loginForm" method="post" action="{_SUBMIT}">'
    '<input name="username"/><input name="password" type="password"/><button type="submit">Log in</button></form>'
    '<script type="application/json">{"require_login":true}</script>'
)
_CODE_FORM = (
    f'<form method="post" action="{_CODE}"><input name="verificationCode"/>'
    '<button type="submit">Confirm</button></form>'
)


class Login:
    """Knows how far a login has come; one at a time is enough for a simulator."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._waits_for_code = False

    def answer(self, ask: Ask) -> Answer:
        """Return a page of the login, or the redirect that ends it and sets the cookies."""
        if ask.method == "POST" and ask.path == _SUBMIT:
            return self._password(ask)
        if ask.path == _CODE and self._waits_for_code:
            if ask.method == "POST" and ask.form.get("verificationCode") == self._sessions.code:
                return self._welcome()
            return answers.html_page("Instagram", _CODE_FORM)
        return _form()

    def _password(self, ask: Ask) -> Answer:
        given = (ask.form.get("username"), ask.form.get("password"))
        if given != (self._sessions.username, self._sessions.password):
            return _form()
        if self._sessions.second_factor:
            self._waits_for_code = True
            return answers.redirect(_CODE)
        return self._welcome()

    def _welcome(self) -> Answer:
        self._waits_for_code = False
        answer = answers.redirect("/")
        cookies = self._sessions.renew()["cookies"]
        assert isinstance(cookies, dict)
        answer.cookies = tuple(f"{name}={value}; Path=/" for name, value in cookies.items())
        return answer


def _form() -> Answer:
    page = '<!DOCTYPE html><html lang="en"><head><title>Login • Instagram</title><link rel="icon" href="data:,"></head>'
    return Answer(f"{page}<body><main>{_FORM}</main></body></html>".encode(), 200, HTML)
