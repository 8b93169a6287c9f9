// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is spoken on the control socket (run_dir/control.sock, SOCK_STREAM): the client sends one
 * JSON object closed by a newline, the supervisor answers with one JSON object and closes.
 *
 *	{ "command": "status", "vrfs": [ "acme" ] }    -> the status document
 *	                                                  ("brief": true: without what a table does not show)
 *	{ "command": "reload", "remove": false }       -> how far it is (supervisor/reload.h), or
 *	                                                  { "ok": false, "error": "...", "faults": [ ... ],
 *	                                                    "warnings": [ ... ] }
 *	                                                  (with "remove": true, removals of many VRFs are meant)
 *	{ "command": "reloaded" }                      -> how far the last reload is by now
 *	{ "command": "stop", "vrfs": [ "acme" ] }      -> { "ok": true } when it has begun; also start, restart,
 *	                                                  rekey (the key files of their proxies have changed)
 *	                                                  (stop with "now": true: SIGKILL, also of what ends already)
 *	{ "command": "events" }                        -> a snapshot and then each event, a line each, until
 *	                                                  one of both goes (supervisor/events.h)
 * Anyone who may connect may ask for the status and the events; only root may act. Who does not end a
 * request, or does not take its answer, within ten seconds is dropped.
 */
#pragma once

#define CONTROL_SOCKET_NAME "control.sock"
#define CONTROL_MAX_REQUEST (64 * 1024)
#define CONTROL_MAX_ANSWER  (64 * 1024 * 1024)

/* "error" of an answer where a named VRF is not there; "vrf" names it. */
#define CONTROL_ERROR_NO_SUCH_VRF "no such vrf"
