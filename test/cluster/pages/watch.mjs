// Looks at the chart of the sensors: node watch.mjs PAGE NODE
import {open, until} from "./browser.mjs";

const [file, node] = process.argv.slice(2);
const write = async (sensor, value) => {
  const item = {sensor, value, minute: "2026-12-01T09:00:00Z"};
  const answer = await fetch(node + "/api/readings", {method: "POST", body: JSON.stringify(item),
    headers: {"Content-Type": "application/json"}});
  if (answer.status !== 201) throw new Error(await answer.text());
};

const page = open(file, node);
await until("it is there", () => page.shows("total") === "0");
// What was written before the stream was open is none of its events: so again and again.
for (let n = 0; !page.shows("said").includes("now"); ++n) {
  await write("g1-s1", 1);
  await write("g0-s0", 20_000 + n);
  await new Promise(resolve => setTimeout(resolve, 20));
}
const points = () => page.at("line").attributes.points;
if (!/^0,[\d.]+/.test(points())) throw new Error("the line is " + points());
await write("g0-s0", 23_000);
await until("the last one shows", () => page.shows("said").includes("23.000 now"));
await until("its minute is there, and the other sensor's is not", () => /^09:00 \d+ 2\d/.test(page.shows("minutes")));
console.log("seen");
process.exit(0);
