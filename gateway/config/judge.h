// SPDX-License-Identifier: GPL-2.0-or-later
/* What can be judged only when all is read: what is there twice, what names something else. */
#pragma once

#include "config/reader.h"

void config_judge(struct config_reader *reader);
