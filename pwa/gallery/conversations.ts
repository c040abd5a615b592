import { Script, ana, jonas, laila, me, mei, priya, room, tomas } from './people.ts';

const DAY = 60 * 24;

export const hikes = () => new Script('hikes')
  .note(DAY * 3, { kind: 'created', by: ana })
  .note(DAY * 3 - 4, { kind: 'joined', who: jonas })
  .note(DAY * 3 - 9, { kind: 'joined', who: me })
  .say(ana, DAY + 190, 'Forecast for Sunday is in: sun until four, then it turns.')
  .say(ana, DAY + 189, 'So if we leave on the 8:12 we’re back at the lake before any of it.')
  .say(jonas, DAY + 171, 'That’s early 😅')
  .say(jonas, DAY + 170, 'But yes. I’ll bring the stove and coffee.')
  .say(me, DAY + 166, 'Coffee at the top is non-negotiable, so I’m in.')
  .note(DAY + 150, { kind: 'joined', who: mei })
  .say(mei, DAY + 148, 'Hi all! Ana said there’s room for one more?')
  .say(me, DAY + 147, 'Always. Do you have proper boots? The last bit is rocky.')
  .say(mei, DAY + 141, 'Two pairs. I can lend one, size 39.')
  .say(ana, 52, 'Here’s the route, the red one: https://trails.example.org/seealpsee-loop?from=wasserauen')
  .say(ana, 51, '14 km, 820 m up. Five hours if nobody stops for photos.')
  .say(jonas, 49, 'Somebody will stop for photos.')
  .say(jonas, 49, '📸')
  .say(me, 44, 'That’s me. I always do.')
  .say(me, 43, 'I’ll pick up bread and that cheese from the market tomorrow. Anything else?')
  .say(mei, 21, 'Plums if they still have them!')
  .say(ana, 12, 'And sunscreen. Jonas never brings his own.')
  .say(me, 9, 'Plums, sunscreen, cheese. See you on platform 3 at eight ✨')
  .items;

export const hikesRoom = (more = {}) => room('aHikes-6', 'Sunday hikes', [ana, jonas, me, mei], hikes(), more);

export const anaTalk = () => new Script('ana')
  .say(ana, DAY * 2 + 30, 'Did you get home all right?')
  .say(me, DAY * 2 + 12, 'I did, just before the rain. Thank you for dinner, it was lovely.')
  .say(ana, DAY * 2 + 9, '❤️')
  .say(ana, 64, 'I found the book I told you about. Want me to drop it off on my way to work?')
  .say(me, 61, 'Oh yes please! I’m up from seven.')
  .say(me, 60, 'The bell is broken, just knock', 'received')
  .say(ana, 58, 'Perfect, half past then.')
  .say(me, 4, 'Door’s open, kettle’s on', 'sent')
  .items;

export const rooms = () => [
  hikesRoom({ unread: 0 }),
  room('ana-direct', 'Ana Duarte', [ana, me], anaTalk()),
  room('kitchen-2', 'Kitchen garden', [me, priya, tomas, ana], new Script('kitchen')
    .say(tomas, 95, 'The beans are up!')
    .say(priya, 31, 'Whoever watered this morning: thank you, I overslept')
    .say(tomas, 26, 'Somebody please take courgettes. There are so many courgettes.').items, { unread: 3, readThrough: 0 }),
  room('laila-5', 'ليلى منصور', [laila, me], new Script('laila').say(laila, 147, 'وصلت القطار للتو، أراك بعد قليل').items, { unread: 1, readThrough: 0 }),
  room('release-4', 'Release notes & other very long names that never seem to end', [me, jonas, priya], new Script('release')
    .say(priya, DAY + 40, 'Tagged 2.4.0, notes are in the usual place.').items, { draft: 'Reads well! One thing: in the second paragraph' }),
  room('choir-0', 'Choir, altos', [me, mei, priya, ana, tomas, jonas], new Script('choir').say(mei, DAY * 3, 'Rehearsal moves to 19:30, same room').items),
  room('flat-5', '🏡 Flat', [me, jonas, tomas], new Script('flat').note(DAY * 9, { kind: 'renamed', by: jonas, name: '🏡 Flat' }).items),
];

/** Long words, code, addresses, several scripts, a newer content type. */
export const tricky = () => new Script('tricky')
  .say(priya, 60, 'Does anyone know why this happens?\n\nif (queue.length > 0 && !socket.readyState) {\n  return flush(queue.splice(0, LIMIT));\n}')
  .say(jonas, 58, 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft')
  .say(jonas, 57, 'Look at https://example.org/a/very/long/address/that/has/no/spaces/at/all/and/goes/on/and/on?with=a&query=that&never=ends#really (and javascript:alert(1) is no link)')
  .say(laila, 55, 'صباح الخير! هل رأيتم الرسالة على https://example.org اليوم؟')
  .say(laila, 54, 'أرسلها الآن 🌿')
  .say(mei, 51, '明日の午後三時に駅前で会いましょう。雨なら中止です。')
  .say(me, 49, 'שלום לכולם, אני מגיע בשלוש')
  .say(me, 48, '👋🏽')
  .newer(tomas, 40)
  .note(30, { kind: 'unreadable' })
  .say(me, 20, 'Then let us do it like this: whoever is there first keeps a table, whoever comes last pays for the cake, and nobody says a word about the weather until everyone has something warm to drink in front of them.')
  .items;

export const arabic = () => new Script('arabic')
  .note(DAY, { kind: 'created', by: laila })
  .say(laila, DAY - 20, 'أهلاً بالجميع! متى نلتقي هذا الأسبوع؟')
  .say(ana, DAY - 25, 'Thursday works for me.')
  .say(me, 33, 'الخميس مناسب جداً، الساعة السادسة؟')
  .say(me, 32, 'سأحجز الطاولة قرب النافذة.')
  .say(laila, 25, 'ممتاز 🌙')
  .say(laila, 24, 'القائمة هنا: https://example.org/menu')
  .say(me, 3, 'إلى اللقاء!', 'sent')
  .items;

export const long = () => {
  const script = new Script('long');
  const lines = ['Morning!', 'Did the parcel come?', 'Not yet, they said by noon.', 'It’s here. Bigger than I thought, it barely fits through the door.', 'Ha, send a picture tonight', 'Will do 🙂'];
  for (let at = 0; at < 400; at += 1) script.say(at % 5 < 2 ? me : at % 3 === 0 ? jonas : ana, DAY * 4 - at * 13, lines[at % lines.length] ?? '');
  return script.items;
};
