/** It was tried, and did not work. */
export const EXIT_FAILED = 1;
/** Bad usage, or a place that cannot be used: nothing was done. */
export const EXIT_USAGE = 2;
