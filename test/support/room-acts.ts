/** What a person does about a room and the people in it, by what they see: over {@link Person}. */
import { deflateSync } from 'node:zlib';
import type { Locator } from 'playwright-core';
import { encode } from 'uqr';
import type { Person } from './person.ts';

export type RoleName = 'Member' | 'Admin' | 'Owner';

/** A quiet line in the open room's conversation. */
export const seesLine = (person: Person, text: string): Promise<void> => person.page.locator('sotto-room .notice', { hasText: text }).first().waitFor();

/** What stands in the place of the composer. */
export const seesStanding = (person: Person, text: string): Promise<void> => person.page.locator('sotto-standing', { hasText: text }).waitFor();

export const banner = (person: Person, text: string): Locator => person.page.locator('sotto-banner', { hasText: text });

/** Opens what there is to know about the open room, where it is not open already. */
export async function about(person: Person): Promise<Locator> {
  const details = person.page.locator('sotto-room-details');
  if (!(await details.isVisible())) await person.page.locator('sotto-room .about').click();
  await details.waitFor();
  return details;
}

/** From the details to the room, from a room to the list. */
export async function back(person: Person): Promise<void> {
  const details = person.page.locator('sotto-room-details');
  const view = (await details.isVisible()) ? details : person.page.locator('sotto-room');
  await view.getByRole('button', { name: /^Back/ }).click();
  await view.waitFor({ state: 'detached' });
}

export async function closeSheet(person: Person): Promise<void> {
  await person.page.keyboard.press('Escape');
  await person.page.locator('sotto-sheet').waitFor({ state: 'detached' });
}

/** A row of the details, by what it is called. */
export async function openRow(person: Person, name: string | RegExp): Promise<void> {
  await (await about(person)).getByRole('button', { name }).click();
  await person.page.locator('sotto-sheet dialog').waitFor();
}

/** Opens the sheet of somebody in the open room. */
export async function openMember(person: Person, name: string): Promise<Locator> {
  await (await about(person)).locator('sotto-member-list').getByRole('button', { name }).first().click();
  const sheet = person.page.locator('sotto-member-sheet');
  await sheet.locator('dialog').waitFor();
  return sheet;
}

export async function setRole(person: Person, name: string, role: RoleName): Promise<void> {
  const sheet = await openMember(person, name);
  await sheet.getByRole('radio', { name: role }).click();
  await sheet.getByRole('button', { name: 'Change' }).click();
  await sheet.getByRole('radio', { name: role, checked: true }).waitFor();
  await closeSheet(person);
  await back(person);
}

export async function remove(person: Person, name: string, how: { readonly ban: boolean } = { ban: false }): Promise<void> {
  const sheet = await openMember(person, name);
  await sheet.getByRole('button', { name: how.ban ? 'Remove and ban' : 'Remove from the room' }).click();
  await sheet.getByRole('button', { name: how.ban ? 'Ban' : 'Remove', exact: true }).click();
  await person.page.locator('sotto-sheet').waitFor({ state: 'detached' });
  await back(person);
}

/** Makes a link on the terms named, and reads it. */
export async function makeLink(person: Person, terms: { readonly label: string; readonly uses?: 'One' | 'Ten'; readonly role?: 'Admin' }): Promise<string> {
  await openRow(person, /^Invites/);
  const sheet = person.page.locator('sotto-invite-sheet');
  await sheet.getByRole('button', { name: 'Make a new link' }).click();
  await sheet.getByLabel('What it is for').fill(terms.label);
  if (terms.uses !== undefined) await sheet.getByText(terms.uses, { exact: true }).click();
  if (terms.role !== undefined) await sheet.getByText(terms.role, { exact: true }).click();
  await sheet.getByRole('button', { name: 'Make a new link' }).click();
  const link = await sheet.getByRole('textbox', { name: 'Invite link' }).inputValue();
  await closeSheet(person);
  await back(person);
  return link;
}

export async function takeBack(person: Person, label: string): Promise<void> {
  await openRow(person, /^Invites/);
  const list = person.page.locator('sotto-invite-list');
  await list.getByRole('button', { name: `Take back “${label}”` }).click();
  await list.getByRole('button', { name: 'Take back', exact: true }).last().click();
  await list.getByText(label, { exact: true }).waitFor({ state: 'detached' });
  await closeSheet(person);
  await back(person);
}

/** The title of the screen that a link opens where it does not open a room. */
export async function refusalOf(person: Person, link: string): Promise<string> {
  await follow(person, link);
  const title = person.page.locator('sotto-join h1');
  await title.waitFor();
  return title.innerText();
}

/** Opens a link in the running app. */
export async function follow(person: Person, link: string): Promise<void> {
  await person.page.evaluate((hash) => { location.hash = hash; }, new URL(link).hash);
  await person.page.locator('sotto-join').waitFor();
}

/** A PNG of a QR code, as a photograph of another phone would hold it. */
export function codePicture(text: string): { readonly name: string; readonly mimeType: string; readonly buffer: Buffer } {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  const scale = 8;
  const side = size * scale;
  const rows = Array.from({ length: side }, (_, y) => [0, ...Array.from({ length: side }, (_unused, x) => (data[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true ? 0 : 255))]);
  return { name: 'code.png', mimeType: 'image/png', buffer: png(side, side, 0, Buffer.from(rows.flat())) };
}

/** A PNG of one colour. */
export function plainPicture(width: number, height: number, [red, green, blue]: readonly [number, number, number]): { readonly name: string; readonly mimeType: string; readonly buffer: Buffer } {
  const row = [0, ...Array.from({ length: width }, () => [red, green, blue]).flat()];
  return { name: 'picture.png', mimeType: 'image/png', buffer: png(width, height, 2, Buffer.from(Array.from({ length: height }, () => row).flat())) };
}

/** `colours`: 0 for grey, 2 for red, green and blue, eight bits each. Rows begin with their filter. */
function png(width: number, height: number, colours: 0 | 2, rows: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colours, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** RFC 1952 §8: Node's own is not in version 20. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
