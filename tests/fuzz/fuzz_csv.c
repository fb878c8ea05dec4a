/* fuzz_csv - rec_in, with a block size from the data, gives the records and the verdicts of csvin alone. */
#include <stdint.h>

#include "../unit/soup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf expected = {0}, got = {0};
	if (size < 7 || size > 8192) /* the rejects go through a pipe */
		return 0;
	const uint8_t *first = data + 3; /* behind a byte order mark, too */
	if (size >= 10 && memcmp(first, "\xef\xbb\xbf", 3) == 0)
		first += 3;
	if (memcmp(first, "\x1f\x8b", 2) == 0 || memcmp(first, "\x28\xb5\x2f\xfd", 4) == 0)
		return 0; /* compressed */
	struct soup s = {(const char *)data + 3, size - 3, data[0] % SOUP_COLUMNS_MAX + 1,
		data[1] ? (size_t)data[1] : 1u << 20};
	soup_expected(&s, &expected);
	soup_got(&s, data[2], &got);
	if (!soup_same(&expected, &got))
		abort();
	buf_free(&expected);
	buf_free(&got);
	return 0;
}
