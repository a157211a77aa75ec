// The styles of an image made with sharp: one decode, the settings of feedgen/artwork/encode.py.
// node sharp_styles.mjs FOLDER FILE RUNS LEFT TOP WIDTH HEIGHT LOSSLESS STRIPPED
// FOLDER holds node_modules/sharp. Prints one line of JSON: seconds, bytes, peak of memory.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const [folder, file, runs, left, top, width, height, lossless, stripped] = process.argv.slice(2);
const sharp = createRequire(path.resolve(folder, 'x.js'))('sharp');
sharp.cache(false);
sharp.concurrency(1);

const area = { left: +left, top: +top, width: +width, height: +height };
const upload = fs.readFileSync(file);

function settings(side, pixels) {
  const large = side > 1400;
  return {
    quality: large ? 90 : 85,
    chromaSubsampling: '4:4:4',
    progressive: !large,
    optimizeCoding: pixels <= 12e6,
  };
}

async function smaller(make, side, pixels) {
  const jpeg = await make().jpeg(settings(side, pixels)).toBuffer();
  if (lossless !== 'yes') return jpeg;
  const png = await make().png({ compressionLevel: 6, adaptiveFiltering: true }).toBuffer();
  return png.length < jpeg.length ? png : jpeg;
}

async function styles() {
  const made = [];
  const { data, info } = await sharp(upload, { failOn: 'warning' })
    .autoOrient()
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { raw: { width: info.width, height: info.height, channels: info.channels } };
  if (stripped === 'yes') {
    // sharp can not drop metadata without encoding again
    made.push(await sharp(data, raw).jpeg(settings(info.width, info.width * info.height)).toBuffer());
  }
  const regular = () => sharp(data, raw).extract(area);
  made.push(await smaller(regular, area.width, area.width * area.height));
  const side = Math.min(area.width, area.height);
  const square = {
    left: area.left + Math.floor((area.width - side) / 2),
    top: area.top + Math.floor((area.height - side) / 2),
    width: side,
    height: side,
  };
  const sizes = side >= 3000 ? [3000] : [];
  for (const size of [...sizes, 1400, 888, 640, 400, 100]) {
    const make = () => sharp(data, raw).extract(square).resize(size, size);
    made.push(await smaller(make, size, size * size));
  }
  return made.reduce((sum, each) => sum + each.length, 0);
}

const walls = [], cpus = [];
let bytes = 0;
for (let run = 0; run < +runs; run += 1) {
  const cpu = process.cpuUsage(), start = performance.now();
  bytes = await styles();
  walls.push((performance.now() - start) / 1000);
  const spent = process.cpuUsage(cpu);
  cpus.push((spent.user + spent.system) / 1e6);
}
const status = fs.readFileSync('/proc/self/status', 'utf8');
const peak = +status.match(/VmHWM:\s+(\d+)/)[1] / 1024;
console.log(JSON.stringify({ wall: Math.min(...walls), cpu: Math.min(...cpus), peak, bytes }));
