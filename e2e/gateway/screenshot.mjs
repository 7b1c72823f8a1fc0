// Saves a picture of the Circle query and its answer:
//   node screenshot.mjs http://127.0.0.1:8080/ ../../docs/images/graphiql.png
import { open, run } from './chromium.mjs';

const [url, path] = process.argv.slice(2);
if (!url || !path) {
  console.error('usage: node screenshot.mjs <url> <file.png>');
  process.exit(2);
}
const { browser, page } = await open(url);
try {
  const answer = await run(page, 'Circle');
  if (answer.errors) throw new Error(`Circle: ${JSON.stringify(answer.errors[0])}`);
  await page.mouse.move(1390, 890);
  await page.evaluate(() => document.fonts.ready);
  await page.locator('.graphiql-spinner').waitFor({ state: 'detached' });
  await page.screenshot({ path });
} finally {
  await browser.close();
}
