/**
 * An installed app that is opened again while it runs: it is not loaded anew but told what it was opened with (Launch Handler API,
 * https://developer.chrome.com/docs/web-platform/launch-handler). So an invite link opens the app as it is, with whatever was being written.
 */

interface LaunchParams {
  readonly targetURL?: string;
}

interface LaunchQueue {
  setConsumer(consumer: (params: LaunchParams) => void): void;
}

/** Nothing where the browser does not have it: there each launch loads the app, and the address says what for. */
export function onLaunch(then: (hash: string) => void): void {
  const { launchQueue } = globalThis as { readonly launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ targetURL }) => {
    const { hash, origin } = new URL(targetURL ?? location.href);
    if (origin === location.origin && hash !== '') then(hash);
  });
}
