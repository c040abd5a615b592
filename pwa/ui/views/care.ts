/** What one opens now and then to look after a room and the people in it: kept apart from the shell, and fetched when first wanted. */
import './sotto-banned.ts';
import './sotto-leave.ts';
import './sotto-member-sheet.ts';
import './sotto-move.ts';
import './sotto-profile.ts';
import './sotto-room-edit.ts';
import './sotto-security.ts';
import './sotto-verify.ts';
