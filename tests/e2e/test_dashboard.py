#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The dashboard of the gateway's template in a real browser: each widget shows something, none complains."""

import contextlib
import sys

import browser
import zabbix_packages
from setting import run_cases
from tap import expect, expect_equal
from waiting import wait_until
from zabbix_stack import PASSWORD, USER

HEALTHY_SECONDS = 60
VALUES_SECONDS = 60
WIDGETS_SECONDS = 30
REPORT = "report_interval = 5"
WIDGET = ".dashboard-grid-widget, .dashboard-grid-iterator"
GRAPHS = 3  # beside one for each interface
# Enough values that the graphs show a line.
UPTIME = 30


def dashboard_url(setting):
    host = setting.api.host(setting.world.label)
    return (f"{setting.stack.web_url}zabbix.php?action=host.dashboard.view&hostid={host['hostid']}"
            "&kiosk=1&from=now-5m&to=now")


def wait_values(setting):
    def enough():
        items = setting.api.items(setting.world.label, ["vrfgate.uptime", "vrfgate.vrfs.table"])
        return len(items) == 2 and int(items["vrfgate.uptime"]["lastvalue"]) >= UPTIME

    wait_until(enough, VALUES_SECONDS, "values of the gateway")


def screenshot(driver, setting):
    """build/screenshots/dashboard-7.0.png"""
    directory = zabbix_packages.REPOSITORY / "build" / "screenshots"
    directory.mkdir(parents=True, exist_ok=True)
    driver.save_screenshot(str(directory / f"dashboard-{setting.stack.release.name}.png"))


def check_dashboard(setting, driver):
    vrfs = [each.vrf for each in setting.world.customers]
    with setting.case("a login brings up the dashboard of the gateway's host", required=True):
        browser.log_in(driver, setting.stack.web_url, USER, PASSWORD)
        driver.get(dashboard_url(setting))
        wait_until(lambda: browser.texts(driver, WIDGET), WIDGETS_SECONDS, "widgets")
    with setting.case("the table shows every VRF and its state, the troubles that there are none"):
        wait_until(lambda: any(all(f"{vrf}" in text for vrf in vrfs) and "healthy" in text
                               for text in browser.texts(driver, WIDGET)), WIDGETS_SECONDS, "table of VRFs")
        wait_until(lambda: any("All VRFs are healthy." in text for text in browser.texts(driver, WIDGET)),
                   WIDGETS_SECONDS, "troubles")
    with setting.case("every graph is drawn, one for each interface among them"):
        wait_until(lambda: len(drawn(driver)) == GRAPHS + len(vrfs), WIDGETS_SECONDS, "graphs")
    with setting.case("no widget complains, and all fits a screen of 1920x1080"):
        said = browser.texts(driver, ".msg-bad, .msg-warning, .nothing-to-show, .no-data-message")
        expect_equal([text for text in said if text], [], "complaints")
        height = driver.execute_script("return document.documentElement.scrollHeight")
        expect(height <= browser.WINDOW[1], f"the page is {height} pixels high")
    screenshot(driver, setting)


def drawn(driver):
    return [width for width in browser.pictures(driver, ".dashboard-grid") if width > 100]


def cases(setting):
    reason = browser.missing()
    if reason:
        setting.tap.skip(f"{setting.stack.release.name}: dashboard", reason)
        return
    text = setting.world.config.read_text()
    setting.world.config.write_text(text.replace("zabbix {\n", f"zabbix {{\n    {REPORT}\n"))
    with contextlib.ExitStack() as undo:
        undo.enter_context(setting.gateway)
        with setting.case("all VRFs are healthy and have values", required=True):
            setting.gateway.wait_healthy(HEALTHY_SECONDS)
            wait_values(setting)
        check_dashboard(setting, undo.enter_context(browser.opened()))


if __name__ == "__main__":
    sys.exit(run_cases("dash", cases))
