/** The whole address where it is an invite link, else null. Its fragment holds a secret: it is gone from the address bar afterwards. */
export function takeInviteLink(): string | null {
  if (!/^#\/?join\//u.test(location.hash)) return null;
  const link = location.href;
  history.replaceState(history.state, '', location.pathname + location.search);
  return link;
}
