import { describe, expect, it } from 'vitest';
import { livePicture } from '../../src/figures/livePicture.ts';

describe('a live picture', () => {
  it('takes at most 3 per cent of the time for drawing', async () => {
    let [time, drawn] = [0, 0];
    const picture = livePicture(
      async () => {
        drawn++;
        time += 400;
      },
      () => time,
    );
    // An hour in which something finishes every tenth of a second.
    while (time < 3.6e6) {
      picture.refresh();
      await Promise.resolve();
      time += 100;
    }
    await picture.close();
    const share = (400 * drawn) / time;
    expect(share).toBeLessThanOrEqual(0.03);
    expect(share).toBeGreaterThan(0.025);
  });

  it('draws one picture at a time, and none after it is closed', async () => {
    let [running, drawn] = [0, 0];
    const picture = livePicture(async () => {
      expect(++running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      drawn++;
    });
    picture.refresh();
    picture.refresh();
    await picture.close();
    picture.refresh();
    await picture.close();
    expect({ running, drawn }).toEqual({ running: 0, drawn: 1 });
  });

  it('says at the end what went wrong in drawing, which stops nothing else', async () => {
    const picture = livePicture(() => Promise.reject(new Error('no space left')));
    picture.refresh();
    await Promise.resolve();
    picture.refresh();
    await expect(picture.close()).rejects.toThrow('no space left');
  });
});
