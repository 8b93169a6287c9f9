# SPDX-License-Identifier: GPL-2.0-or-later
"""Headless Chromium in front of the Zabbix frontend."""

import contextlib
import importlib.util
import os
import shutil
import tempfile

WINDOW = (1920, 1080)
WAIT_SECONDS = 30


def missing():
    """Why there can be no browser; None where there can."""
    if not shutil.which("chromium") or not shutil.which("chromedriver"):
        return "chromium and chromium-driver are not installed"
    if importlib.util.find_spec("selenium") is None:
        return "python3-selenium is not installed"
    return None


@contextlib.contextmanager
def opened():
    """A driver of selenium; left, the browser and its files are gone."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    with tempfile.TemporaryDirectory(prefix="vrfgate-browser-") as directory:
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for argument in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                         "--no-first-run", "--no-proxy-server", f"--user-data-dir={directory}/profile",
                         f"--window-size={WINDOW[0]},{WINDOW[1]}"):
            options.add_argument(argument)
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")  # Chromium refuses root otherwise; it sees our own frontend only
        driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        try:
            # Of the page itself: a window has borders, even where nobody sees it.
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                "width": WINDOW[0], "height": WINDOW[1], "deviceScaleFactor": 1, "mobile": False})
            driver.implicitly_wait(WAIT_SECONDS)
            yield driver
        finally:
            driver.quit()


def log_in(driver, url, user, password):
    driver.get(url)
    driver.find_element("id", "name").send_keys(user)
    driver.find_element("id", "password").send_keys(password)
    driver.find_element("id", "enter").click()
    driver.find_element("css selector", "aside.sidebar")
    driver.implicitly_wait(0)


def texts(driver, selector):
    """What is written in all elements of a kind."""
    return driver.execute_script(
        "return Array.from(document.querySelectorAll(arguments[0])).map(each => each.innerText)", selector)


def pictures(driver, selector):
    """The widths of all pictures below elements of a kind; 0: not there yet, or broken."""
    return driver.execute_script(
        "return Array.from(document.querySelectorAll(arguments[0] + ' img')).map(each => each.naturalWidth)", selector)
