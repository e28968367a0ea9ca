/*
 * demo_data.h - something to share for `bttui demo`: files with likely names
 * and no meaning, the same every time.  Blocking.
 */
#ifndef CLI_DEMO_DATA_H
#define CLI_DEMO_DATA_H

#include "base/err.h"

/* The names of the torrents, which are files or folders of that name. */
#define DEMO_FILM "Harbour Lights (2024) [1080p]"
#define DEMO_FILM_MAIN DEMO_FILM "/Harbour Lights (2024).mkv"
#define DEMO_ISO "kestrel-linux-12.3-amd64.iso"
#define DEMO_ALBUM "The Low Tides - Rain on Tin (FLAC)"
#define DEMO_MAPS "open-atlas-2025.tar.zst"

/* Each below dir, which exists.  The fault names what could not be written. */
MUST_CHECK enum err demo_data_film(const char *dir, struct fault *fault);
MUST_CHECK enum err demo_data_iso(const char *dir, struct fault *fault);
MUST_CHECK enum err demo_data_album(const char *dir, struct fault *fault);
MUST_CHECK enum err demo_data_maps(const char *dir, struct fault *fault);

/*
 * The film as a liar has it: the small files are the same, in the large one
 * every piece has a wrong byte.
 */
MUST_CHECK enum err demo_data_lies(const char *dir, struct fault *fault);
/* Only the extras of the film. */
MUST_CHECK enum err demo_data_extras(const char *dir, struct fault *fault);

#endif
