/*
 * layout.c - pieces, blocks and files of one stream of bytes.
 */
#include "core/storage/layout.h"

#include "base/bytes.h"

void layout_init(struct layout *l, const struct metainfo *meta)
{
	uint64_t blocks = ((uint64_t)meta->piece_length + LAYOUT_BLOCK - 1) /
	                  LAYOUT_BLOCK;

	*l = (struct layout){
		.meta = meta,
		.total = meta->total,
		.piece_length = meta->piece_length,
		.npieces = meta->npieces,
		.blocks_per_piece = (uint32_t)blocks,
	};
}

uint32_t layout_piece_size(const struct layout *l, uint32_t i)
{
	uint64_t begin = layout_piece_offset(l, i);

	if (i >= l->npieces || begin >= l->total)
		return 0;
	if (l->total - begin < l->piece_length)
		return (uint32_t)(l->total - begin);
	return l->piece_length;
}

uint32_t layout_piece_blocks(const struct layout *l, uint32_t i)
{
	uint64_t size = layout_piece_size(l, i);

	return (uint32_t)((size + LAYOUT_BLOCK - 1) / LAYOUT_BLOCK);
}

uint32_t layout_block_size(const struct layout *l, uint32_t i, uint32_t block)
{
	uint64_t size = layout_piece_size(l, i);
	uint64_t begin = (uint64_t)block * LAYOUT_BLOCK;

	if (begin >= size)
		return 0;
	if (size - begin < LAYOUT_BLOCK)
		return (uint32_t)(size - begin);
	return LAYOUT_BLOCK;
}

bool layout_range_ok(const struct layout *l, uint32_t i, uint32_t begin,
	uint32_t length)
{
	return i < l->npieces && length > 0 &&
	       range_ok(begin, length, layout_piece_size(l, i));
}

/*
 * The last file that begins at or before the offset.  Zero-length files share
 * their offset with the file after them, so the last one is never empty
 * unless it ends the stream, and then the offset is not inside the stream.
 */
size_t layout_file_at(const struct layout *l, uint64_t offset)
{
	const struct meta_file *f = l->meta->files;
	size_t low = 0, high = l->meta->nfiles;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (f[mid].offset <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0 || offset - f[low - 1].offset >= f[low - 1].length)
		return l->meta->nfiles;
	return low - 1;
}

bool layout_run(const struct layout *l, uint64_t offset, uint64_t n,
	struct layout_run *run)
{
	size_t i;
	const struct meta_file *f;
	uint64_t left;

	if (n == 0 || !range_ok(offset, n, l->total))
		return false;
	i = layout_file_at(l, offset);
	if (i == l->meta->nfiles)
		return false;
	f = &l->meta->files[i];
	left = f->length - (offset - f->offset);
	*run = (struct layout_run){
		.file = i,
		.file_offset = offset - f->offset,
		.n = n < left ? n : left,
	};
	return true;
}

void layout_file_pieces(const struct layout *l, size_t file, uint32_t *first,
	uint32_t *end)
{
	const struct meta_file *f;

	*first = 0;
	*end = 0;
	if (file >= l->meta->nfiles)
		return;
	f = &l->meta->files[file];
	if (f->length == 0)
		return;
	*first = (uint32_t)(f->offset / l->piece_length);
	*end = (uint32_t)((f->offset + f->length - 1) / l->piece_length + 1);
}

/* Bytes that piece i and [begin, end) have in common. */
static uint64_t common_bytes(const struct layout *l, uint32_t i, uint64_t begin,
	uint64_t end)
{
	uint64_t from = layout_piece_offset(l, i);
	uint64_t to = from + layout_piece_size(l, i);

	from = from > begin ? from : begin;
	to = to < end ? to : end;
	return to > from ? to - from : 0;
}

uint64_t layout_file_have(const struct layout *l, size_t file,
	const struct bitfield *have)
{
	uint32_t first, end;
	uint64_t from, to, sum = 0;

	layout_file_pieces(l, file, &first, &end);
	if (first == end)
		return 0;
	from = l->meta->files[file].offset;
	to = from + l->meta->files[file].length;
	if (bitfield_has(have, first))
		sum += common_bytes(l, first, from, to);
	if (end - first > 1 && bitfield_has(have, end - 1))
		sum += common_bytes(l, end - 1, from, to);
	/* The pieces between the two ends lie wholly inside the file. */
	if (end - first > 2)
		sum += (uint64_t)bitfield_count_range(have, first + 1,
			       end - 1) *
		       l->piece_length;
	return sum;
}
