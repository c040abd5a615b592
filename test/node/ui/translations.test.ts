/** Every message of the app is said in every language, whole, and the built modules say what the translators' files do. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import type { StrResult } from '@lit/localize';
import { readConfigFileAndWriteSchema } from '@lit/localize-tools/lib/config.js';
import type { Message } from '@lit/localize-tools/lib/messages.js';
import { RuntimeLitLocalizer } from '@lit/localize-tools/lib/modes/runtime.js';
import { kindsOf } from '../../../pwa/ui/words/counts.ts';

const config = readConfigFileAndWriteSchema(fileURLToPath(new URL('../../../deploy/lit-localize.json', import.meta.url)));
assert.ok(config.output.mode === 'runtime');
const localizer = new RuntimeLitLocalizer({ ...config, output: config.output });
const { messages, errors } = localizer.extractSourceMessages();
const said = new Map(messages.map((message) => [message.name, message]));
const { translations } = localizer.readTranslationsSync();

/** A message in a line, with `${0}` where something is put in. */
const lineOf = (message: Message): string => message.contents.map((part) => (typeof part === 'string' ? part : `\${${part.index}}`)).join('');

/** What is put into a message, each once: expressions as the source has them, and the names that `plural` fills. */
function filled(message: Message): readonly string[] {
  const expressions = message.contents.flatMap((part) => (typeof part === 'string' ? [] : [`${part.index} ${part.untranslatable}`]));
  const names = message.contents.flatMap((part) => (typeof part === 'string' ? part.match(/\{\w+\}/gu) ?? [] : []));
  return [...new Set([...expressions, ...names])].sort();
}

/** The kinds that counts of people, messages and files come to: French and Spanish have one more, for whole millions. */
const kindsMet = (language: string): number => new Set(Array.from({ length: 1000 }, (_, count) => new Intl.PluralRules(language).select(count))).size;

/** Expressions with nothing but space between them are one to the translators' files and several in what is built from them. */
const joined = (line: string): string => line.replaceAll(/(\$\{\d+\})(?:\s*\$\{\d+\})+/gu, '$1');

const builtLine = (built: string | StrResult): string =>
  typeof built === 'string' ? built : built.strings.map((text, at) => (at === 0 ? text : `\${${String(built.values[at - 1])}}${text}`)).join('');

test('the sources’ messages can be read', () => {
  assert.deepEqual(errors, []);
  assert.ok(messages.length > 700);
  assert.deepEqual([...translations.keys()].sort(), ['ar', 'de', 'es', 'fr', 'ja']);
});

for (const [language, translated] of translations) {
  const here = new Map(translated.map((message) => [message.name, message]));
  /** Each message of the sources with what it is in this language. */
  const pairs = [...said.values()].flatMap((source) => {
    const target = here.get(source.name);
    return target === undefined ? [] : [{ name: source.name, source, target }];
  });
  const wrong = (is: (source: Message, target: Message) => boolean): readonly string[] =>
    pairs.filter(({ source, target }) => is(source, target)).map(({ name, source, target }) => `${name}: ${lineOf(source)} → ${lineOf(target)}`);

  describe(`in ${language}`, () => {
    test('nothing is left in English: `npx lit-localize extract --config deploy/lit-localize.json`, then write the targets', () => {
      assert.deepEqual(messages.filter(({ name }) => !here.has(name)).map((message) => `${message.name}: ${lineOf(message)}`), []);
      assert.deepEqual(wrong((_, target) => lineOf(target).trim() === ''), []);
    });

    test('nothing is kept that the app no longer says', () => {
      assert.deepEqual(translated.filter(({ name }) => !said.has(name)).map(lineOf), []);
    });

    test('what is put into a message is put into its translation', () => {
      assert.deepEqual(wrong((source, target) => filled(source).join('\n') !== filled(target).join('\n')), []);
    });

    test('a plural has a sentence for each kind of number that the language tells apart', () => {
      const most = kindsOf(language).length;
      const least = kindsMet(language);
      assert.deepEqual(wrong((source, target) => {
        const sentences = lineOf(target).split('|');
        if (!lineOf(source).includes('|')) return sentences.length > 1;
        return sentences.length > most || sentences.length < least || sentences.some((sentence) => sentence.trim() === '');
      }), []);
    });

    test('the last sentence of a plural, which stands for any number, says the number', () => {
      assert.deepEqual(wrong((source, target) => {
        const [english, there] = [source, target].map((message) => lineOf(message).split('|').at(-1) ?? '');
        return lineOf(source).includes('|') && english?.includes('{n}') === true && there?.includes('{n}') !== true;
      }), []);
    });

    test('the module that the app loads was built from these: `npx lit-localize build --config deploy/lit-localize.json`', async () => {
      const { templates } = await import(`../../../pwa/ui/locale/generated/${language}.ts`) as { readonly templates: Readonly<Record<string, string | StrResult>> };
      assert.deepEqual(
        Object.fromEntries(Object.entries(templates).map(([name, built]) => [name, joined(builtLine(built))])),
        Object.fromEntries(pairs.map(({ name, target }) => [name, joined(lineOf(target))])),
      );
    });
  });
}
