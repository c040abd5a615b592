import { expect } from '@esm-bundle/chai';
import { render, html } from 'lit';
import { linkParts, linkedText } from '../../../pwa/ui/elements/linked-text.ts';

const links = (text: string): readonly string[] => linkParts(text).flatMap((part) => (part.kind === 'link' ? [part.href] : []));

describe('links in messages', () => {
  it('finds web addresses and leaves the sentence around them alone', () => {
    expect(links('See https://example.org/a?b=c#d. Or (http://example.com/x_(y)), or www.example.net!')).to.deep.equal([
      'https://example.org/a?b=c#d', 'http://example.com/x_(y)', 'https://www.example.net/',
    ]);
  });

  it('makes nothing but http and https into a link', () => {
    for (const text of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,<script>1</script>', 'vbscript:x', 'file:///etc/passwd', 'ftp://x', 'web+sotto:x', 'https://', 'http:///', 'xhttps://example.org']) {
      expect(links(text), text).to.deep.equal([]);
    }
  });

  it('makes no link of an address with a name in it, which reads like another site', () => {
    expect(links('https://bank.example@evil.example/ and https://a:b@evil.example/')).to.deep.equal([]);
  });

  it('stops at characters that would turn the address round', () => {
    expect(links('https://example.org/\u202Egpj.exe')).to.deep.equal(['https://example.org/']);
  });

  it('keeps every character of the text', () => {
    for (const text of ['', 'a https://x.example b', 'https://x.example', '((https://x.example))', 'javascript:x https://x.example/«é» www.']) {
      expect(linkParts(text).map((part) => part.text).join('')).to.equal(text);
    }
  });

  it('draws what somebody wrote as text, never as markup, and links that tell nothing', () => {
    const host = document.createElement('div');
    render(html`${linkedText('<img src=x onerror=alert(1)> https://example.org/"onclick=alert(1)')}`, host);
    expect(host.querySelector('img')).to.equal(null);
    const anchor = host.querySelector('a');
    expect(anchor?.rel).to.equal('noopener noreferrer nofollow');
    expect(anchor?.target).to.equal('_blank');
    expect(anchor?.getAttribute('href')).to.equal('https://example.org/');
    expect(anchor?.hasAttribute('onclick')).to.equal(false);
  });
});
