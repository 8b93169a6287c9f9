// SPDX-License-Identifier: GPL-2.0-or-later
/* Wiping secrets. */
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

void secret_free(char **secret)
{
	if (*secret)
		explicit_bzero(*secret, strlen(*secret));
	free(*secret);
	*secret = NULL;
}
