// SPDX-License-Identifier: GPL-2.0-or-later
/* Guarding and wiping secrets. */
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

void secret_guard(void)
{
	/* Cannot fail. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void secret_free(char **secret)
{
	if (*secret)
		explicit_bzero(*secret, strlen(*secret));
	free(*secret);
	*secret = NULL;
}
