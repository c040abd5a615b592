/** Everything that draws attachments, in one part. */
import './sotto-attachments.ts';
import './sotto-tray.ts';
