/** Imported before anything else: an invite link's secret leaves the address bar before other code runs. */
import { takeInviteLink } from './ui/controllers/invite-link.ts';

export const arrivedWith: string | null = takeInviteLink();
