"""Prints a new personal access token, made the way a person does it: log in by the form, then ask for one.

usage: make-pat.py URL EMAIL PASSWORD
"""

import re
import sys

import httpx


def main() -> None:
    url, email, password = sys.argv[1:]
    with httpx.Client(base_url=url, timeout=60, follow_redirects=True) as browser:
        form = browser.get("/user/login/").text
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        if not found:
            sys.exit("the login page has no CSRF token; is this Label Studio?")
        browser.post(
            "/user/login/",
            data={"csrfmiddlewaretoken": found.group(1), "email": email, "password": password},
            headers={"Referer": f"{url}/user/login/"},
        )
        answer = browser.post("/api/token/")
        if answer.status_code == 409:
            # One valid token a user: the old one, whose full form is lost, makes room.
            for token in browser.get("/api/token/").json():
                browser.post("/api/token/blacklist/", json={"refresh": token["token"]})
            answer = browser.post("/api/token/")
        answer.raise_for_status()
        print(answer.json()["token"])


main()
