// SPDX-License-Identifier: GPL-2.0-or-later
/* Judging the whole. */
#include "config/judge.h"

void config_judge(struct config_reader *reader)
{
	(void)reader;
}
