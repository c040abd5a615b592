import { msg } from '@lit/localize';

/** What the service worker says in notifications, which has no language of its own: put down for it whenever one is chosen. */
export const noticeWords = () => ({
  newMessage: msg('New message'),
  maybe: msg('There may be new messages'),
  reply: msg('Reply'),
  read: msg('Mark as read'),
  replyHint: msg('Your reply'),
  notSent: msg('Your reply was not sent. Open Sotto to send it.'),
  picture: msg('Photo'),
  video: msg('Video'),
  voice: msg('Voice message'),
  file: msg('File'),
  poll: msg('Poll'),
  place: msg('Place'),
  newer: msg('A message from a newer version of Sotto'),
});
