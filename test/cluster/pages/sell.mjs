// Sells something over the page of the shop: node sell.mjs PAGE NODE NODE STAFF_TOKEN CUSTOMER_TOKEN
import {open, until} from "./browser.mjs";

const [file, first, second, staff_token, customer_token] = process.argv.slice(2);

const stranger = open(file, first);
await until("a stranger sees the shelf", () => stranger.shows("products").includes("tea"));
if (stranger.shows("products").includes("cost")) throw new Error("a stranger is told the cost");
if (!stranger.at("mine").hidden) throw new Error("a stranger has a cart");

const ann = open(file, first, {me: "ann", token: customer_token});
const sue = open(file, second, {me: "sue", token: staff_token});
await until("each sees its own", () => !ann.at("mine").hidden && !sue.at("figures").hidden &&
  sue.shows("products").includes("cost 1.20") && ann.shows("products").includes("Into the cart"));

// The page is made anew by each event.
ann.click("Into the cart", "products");
await until("it is in the cart", () => ann.shows("cart").includes("1 ×"));
ann.click("Into the cart", "products");
await until("there are two", () => ann.shows("cart").includes("2 ×"));
if (ann.shows("total") !== "7.00") throw new Error("the total is " + ann.shows("total"));
ann.at("order").onclick();
await until("it is ordered, and the cart empty", () => ann.shows("said").includes("Thank you") && ann.shows("cart") === "");
await until("staff see it", () => sue.shows("orders").includes("Take the payment"));
sue.click("Take the payment", "orders");
await until("the customer sees that it is paid", () => ann.shows("orders").includes("paid"));
await until("everybody sees what is left", () => stranger.shows("products").includes("3 left"));
await until("it is counted", () => sue.shows("revenue").includes("7.00"));
console.log("sold");
process.exit(0);
