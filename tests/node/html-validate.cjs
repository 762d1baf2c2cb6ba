// What html-validate asks of pages: everything that it recommends, but for what is said here.
module.exports = {
    root: true,
    extends: ["html-validate:recommended"],
    rules: {
        "doctype-style": ["error", { style: "lowercase" }], // ours is; either is HTML
        "long-title": "off", // a camera's and a note's title are the owner's, however long
    },
};
