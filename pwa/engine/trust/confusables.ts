/**
 * Letters that look like Latin ones, by what they look like: a selection from the confusables of Unicode's
 * security mechanisms (UTS #39), those in which names are written. Case is kept, since Η looks like H and η like n.
 */
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  // Cyrillic
  А: 'A', В: 'B', Е: 'E', К: 'K', М: 'M', Н: 'H', О: 'O', Р: 'P', С: 'C', Т: 'T', У: 'Y', Х: 'X', Ѕ: 'S', І: 'I', Ј: 'J', Ԛ: 'Q', Ԝ: 'W', Һ: 'H', Ԁ: 'd', Ь: 'b', Ѵ: 'V', Ү: 'Y',
  а: 'a', в: 'b', г: 'r', е: 'e', к: 'k', м: 'm', н: 'h', о: 'o', п: 'n', р: 'p', с: 'c', т: 't', у: 'y', х: 'x', ѕ: 's', і: 'i', ј: 'j', ԁ: 'd', һ: 'h', ԛ: 'q', ԝ: 'w', ѡ: 'w', ѵ: 'v', ь: 'b', ү: 'y', Ӏ: 'l', ӏ: 'l',
  // Greek
  Α: 'A', Β: 'B', Ε: 'E', Ζ: 'Z', Η: 'H', Ι: 'I', Κ: 'K', Μ: 'M', Ν: 'N', Ο: 'O', Ρ: 'P', Τ: 'T', Υ: 'Y', Χ: 'X', Ϲ: 'C', Ϳ: 'J',
  α: 'a', β: 'b', γ: 'y', ε: 'e', η: 'n', ι: 'i', κ: 'k', ν: 'v', ο: 'o', ρ: 'p', σ: 'o', ς: 's', τ: 't', υ: 'u', χ: 'x', ω: 'w', ϲ: 'c', ϳ: 'j',
  // Armenian
  Ս: 'U', Տ: 'S', Օ: 'O', հ: 'h', ո: 'n', ս: 'u', ց: 'g', զ: 'q', օ: 'o', յ: 'j',
  // Cherokee
  Ꭺ: 'A', Ᏼ: 'B', Ꮯ: 'C', Ꭰ: 'D', Ꭼ: 'E', Ꮐ: 'G', Ꮋ: 'H', Ꭻ: 'J', Ꮶ: 'K', Ꮮ: 'L', Ꮇ: 'M', Ꮲ: 'P', Ꭱ: 'R', Ꮪ: 'S', Ꭲ: 'T', Ꮩ: 'V', Ꮃ: 'W', Ꮓ: 'Z',
  // Latin beyond ASCII that decomposes into nothing
  ɑ: 'a', ᴀ: 'a', ʙ: 'b', ƅ: 'b', ᴄ: 'c', ᴅ: 'd', đ: 'd', Đ: 'D', ᴇ: 'e', ɡ: 'g', ɢ: 'g', ʜ: 'h', ħ: 'h', Ħ: 'H', ı: 'i', ɩ: 'i', ɪ: 'i', ȷ: 'j', ᴊ: 'j', ᴋ: 'k', ł: 'l', Ł: 'L', ʟ: 'l', ᴍ: 'm', ɴ: 'n',
  ø: 'o', Ø: 'O', ᴏ: 'o', ᴘ: 'p', ʀ: 'r', ꜱ: 's', ƽ: 's', ß: 'ss', ẞ: 'SS', ᴛ: 't', ᴜ: 'u', ᴠ: 'v', ᴡ: 'w', ʏ: 'y', ᴢ: 'z', æ: 'ae', Æ: 'AE', œ: 'oe', Œ: 'OE',
  // Strokes and digits
  '|': 'l', 'ǀ': 'l', '∣': 'l', '1': 'l', '0': 'o',
};

/** What alike letters share, once case is folded: I, l, i and 1 are told apart in few typefaces. */
const AFTER_FOLDING: readonly (readonly [RegExp, string])[] = [[/i/gu, 'l'], [/rn/gu, 'm'], [/vv/gu, 'w']];

const mapped = (text: string): string => Array.from(text, (letter) => LOOKS_LIKE[letter] ?? letter).join('');

/** Of a text in NFKD without its marks. Letters that look like none other in capitals may do so in small ones. */
export const withoutLookalikes = (text: string): string =>
  AFTER_FOLDING.reduce((folded, [alike, one]) => folded.replace(alike, one), mapped(mapped(text).toLowerCase()));
