/*
 * view_detail.h - one torrent alone.  See tabs.h.
 */
#ifndef UI_VIEW_DETAIL_H
#define UI_VIEW_DETAIL_H

#include "ui/tabs.h"

/* Show another tab of a view of the class view_detail. */
void detail_show(struct view *v, enum tab_id tab);

#endif
