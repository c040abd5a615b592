import { expect } from '@esm-bundle/chai';
import { fitted } from '../../../pwa/ui/media/drawing.ts';
import { named, prepare, prepareAnew } from '../../../pwa/ui/media/preparing.ts';
import { MOST_PREVIEW_BYTES } from '../../../pwa/engine/api.ts';
import { animated, colourAt, film, photo, withExif } from './files.ts';

const text = async (blob: Blob): Promise<string> => String.fromCharCode(...new Uint8Array(await blob.slice(0, 4096).arrayBuffer()));
const isRed = ([red = 0, , blue = 0]: readonly number[]): boolean => red > 150 && blue < 90;

describe('making pictures and films ready', () => {
  it('a large picture is scaled, keeps its shape, and carries a preview of few bytes', async () => {
    const file = await photo(3000, 1500);
    const { blob, facts, thumb, scaled } = await prepare(file, false);
    expect(facts).to.include({ look: 'picture', name: 'IMG_0001.webp', type: 'image/webp', width: 2048, height: 1024 });
    expect(scaled).to.equal(true);
    const drawn = await createImageBitmap(blob);
    expect([drawn.width, drawn.height]).to.deep.equal([2048, 1024]);
    expect(facts.preview?.length).to.be.within(1, MOST_PREVIEW_BYTES);
    const preview = await createImageBitmap(new Blob([facts.preview?.slice() ?? new Uint8Array()]));
    expect(preview.width / preview.height).to.equal(2);
    expect(thumb?.size).to.be.greaterThan(0);
  });

  it('it is turned as its orientation says, and what EXIF said is gone', async () => {
    const file = await withExif(await photo(2400, 1200), 6);
    expect(await text(file)).to.contain('GPS');
    const { blob, facts } = await prepare(file, false);
    expect([facts.width, facts.height]).to.deep.equal([1024, 2048]);
    expect(await text(blob)).not.to.contain('GPS');
    // Turned a quarter to the right, what was left is on top.
    expect(isRed(await colourAt(blob, 0.5, 0.2))).to.equal(true);
    expect(isRed(await colourAt(blob, 0.5, 0.8))).to.equal(false);
  });

  it('the original is left as it is; what could not be cleaned is drawn anew in full size', async () => {
    const file = await withExif(await photo(3000, 1500), 1);
    const { blob, facts, scaled } = await prepare(file, true);
    expect(blob).to.equal(file);
    expect(facts).to.include({ type: 'image/jpeg', name: 'IMG_0001.JPG', width: 3000, height: 1500 });
    expect(scaled).to.equal(false);
    const anew = await prepareAnew(file);
    expect(anew?.facts).to.include({ width: 3000, height: 1500, type: 'image/webp' });
    expect(await text(anew?.blob ?? new Blob())).not.to.contain('GPS');
  });

  it('what moves goes on moving', async () => {
    const file = animated();
    const { blob, facts } = await prepare(file, false);
    expect(blob).to.equal(file);
    expect(facts).to.include({ look: 'picture', type: 'image/gif', name: 'dance.gif', width: 1, height: 1 });
  });

  it('a film says how large and how it looks, and is not touched', async () => {
    const file = await film();
    const { blob, facts, thumb } = await prepare(file, false);
    expect(blob).to.equal(file);
    expect(facts).to.include({ look: 'video', width: 160, height: 90, name: 'walk.webm' });
    expect(facts.preview?.length).to.be.within(1, MOST_PREVIEW_BYTES);
    expect(thumb).not.to.equal(null);
  });

  it('what is not what it is called is sent as a file', async () => {
    for (const [body, type] of [['<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', 'image/svg+xml'], ['nothing', 'image/png'], ['nothing', 'video/mp4'], ['text', 'text/plain']] as const) {
      const file = new File([body], 'a.bin', { type });
      const { blob, facts } = await prepare(file, false);
      expect(blob).to.equal(file);
      expect(facts).to.deep.equal({ look: 'file', name: 'a.bin', type });
      if (type.startsWith('image/')) expect(await prepareAnew(file)).to.equal(null);
    }
  });

  it('sizes and names', () => {
    expect(fitted(4000, 3000, 2048)).to.deep.equal({ width: 2048, height: 1536 });
    expect(fitted(20, 9000, 2048)).to.deep.equal({ width: 5, height: 2048 });
    expect(fitted(10, 10, 2048)).to.deep.equal({ width: 10, height: 10 });
    expect(named('a.b.heic', 'image/webp')).to.equal('a.b.webp');
    expect(named('x.jpeg', 'image/jpeg')).to.equal('x.jpeg');
    expect(named('plain', 'image/png')).to.equal('plain.png');
  });
});
