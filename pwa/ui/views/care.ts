/** What one opens now and then to look after a room, the people in it and what they said: kept apart from the shell, and fetched when first wanted. */
import './sotto-about.ts';
import './sotto-banned.ts';
import './sotto-forward.ts';
import './sotto-invite-sheet.ts';
import './sotto-join-link.ts';
import './sotto-leave.ts';
import './sotto-member-sheet.ts';
import './sotto-move.ts';
import './sotto-profile.ts';
import './sotto-room-details.ts';
import './sotto-room-edit.ts';
import './sotto-search.ts';
import './sotto-security.ts';
import './sotto-thread.ts';
import './sotto-verify.ts';
import './sotto-versions.ts';
