// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads token_file or password_file again once it is another file, or its content was changed, and tells the reporter,
 * which has no rights to read it. A helper process looks, as its disk may not answer.
 */
#pragma once

struct supervisor;
struct secret_watch;

struct secret_watch *secret_watch_create(struct supervisor *supervisor);
void secret_watch_destroy(struct secret_watch *watch);
