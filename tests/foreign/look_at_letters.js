// Looks at every letter in a folder as a reader would: on a phone and on a desk, in light and in dark. Prints what is wrong, a line each,
// then how many looks it took. With a second folder it keeps a picture of each look there.
//
//     node look_at_letters.js FOLDER [PICTURES]
'use strict';

const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');
const { chromium } = require('playwright-core');
const axe = require('axe-core');

const WIDTHS = [360, 800];
const SCHEMES = ['light', 'dark'];
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

async function look(page, pictures, name) {
  const wrong = [];
  // What is wider than the screen makes a phone scroll sideways, or the whole letter small.
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) wrong.push(`${name}: ${over} pixels wider than the screen`);
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => window.axe.run(document));
  for (const rule of found.violations) {
    for (const node of rule.nodes) wrong.push(`${name}: ${rule.id}, ${rule.help}: ${node.html.slice(0, 160)}`);
  }
  if (pictures) await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
  return wrong;
}

async function main([folder, pictures]) {
  const browser = await chromium.launch({ executablePath: process.env.FIRSTBELL_CHROMIUM || '/usr/bin/chromium', args: FLAGS });
  const letters = fs.readdirSync(folder).filter((file) => file.endsWith('.html')).sort();
  const wrong = [];
  let looks = 0;
  try {
    for (const colorScheme of SCHEMES) {
      for (const width of WIDTHS) {
        const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
        for (const file of letters) {
          await page.goto(pathToFileURL(path.resolve(folder, file)).href);
          wrong.push(...await look(page, pictures, `${path.basename(file, '.html')}-${width}-${colorScheme}`));
          looks += 1;
        }
        await page.close();
      }
    }
  } finally {
    await browser.close();
  }
  for (const line of wrong) console.log(line);
  console.log(`${looks} looks`);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
