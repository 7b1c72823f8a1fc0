// Saves a screenshot of the Circle query and its response:
//   node screenshot.mjs http://127.0.0.1:8080/ ../../docs/images/graphiql.png
import { open, run } from './chromium.mjs';

const [url, path] = process.argv.slice(2);
if (!url || !path) {
  console.error('usage: node screenshot.mjs <url> <file.png>');
  process.exit(2);
}
const { browser, page } = await open(url);
try {
  const response = await run(page, 'Circle');
  if (response.errors) throw new Error(`Circle: ${JSON.stringify(response.errors[0])}`);
  await page.mouse.move(1390, 890);
  await page.evaluate(() => document.fonts.ready);
  await page.locator('.graphiql-spinner').waitFor({ state: 'detached' });
  await page.screenshot({ path });
} finally {
  await browser.close();
}
