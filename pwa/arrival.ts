/** Imported before anything else: an invite link's secret leaves the address bar before other code runs. */
import { takeErrand, type Errand } from './ui/controllers/errand.ts';

export const arrivedWith: Errand | null = takeErrand();
