/* L2 split - where the delimiters and line ends of a block are, by SIMD. */
#ifndef LIMN_SPLIT_H
#define LIMN_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPLIT_PAD 64             /* bytes behind the text that must be readable */
#define SPLIT_WINDOW (1u << 20)  /* bytes indexed in one call at most */
#define SPLIT_LINE 0x80000000u   /* set on the offset of a line end */
#define SPLIT_QUOTED 0x40000000u /* set on that of a line end whose record has a quote */
#define SPLIT_OFFSET 0x3fffffffu /* the offset alone */

/* Writes to at[] the offset from text of every delim and every '\n', the latter with SPLIT_LINE set, and
 * their number to *n. Also stops when max_lines line ends were found (a few more may be in at[]) and at
 * SPLIT_WINDOW. at has room for min(len, SPLIT_WINDOW) + SPLIT_PAD entries. Returns how many bytes were looked
 * at: where it stopped.
 *
 * With quotes, text is the start of a record, and what stands between two quotes is passed over. Stops before
 * the first quote that neither opens nor ends a field and is not doubled inside one, before the first '\r'
 * outside quotes that no '\n' follows, and, where the last quote found is still open, before that one. */
size_t split_index(const char *text, size_t len, char delim, bool quotes, size_t max_lines,
	uint32_t *at, size_t *n);
/* The same, a byte at a time: what the fast one is tested against. */
size_t split_index_plain(const char *text, size_t len, char delim, bool quotes, size_t max_lines,
	uint32_t *at, size_t *n);

#endif
