/* A QR code of up to 34 digits: version 1, level M, numeric mode (ISO/IEC 18004:2015). */
(() => {
  const SIZE = 21;
  const DATA_WORDS = 16;
  const CHECK_WORDS = 10;
  const MASKS = [
    (row, column) => (row + column) % 2,
    (row) => row % 2,
    (row, column) => column % 3,
    (row, column) => (row + column) % 3,
    (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2,
    (row, column) => ((row * column) % 2) + ((row * column) % 3),
    (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2,
    (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2,
  ];
  const written = (value, length) => value.toString(2).padStart(length, "0");
  const grid = () => Array.from({ length: SIZE }, () => Array(SIZE).fill(null));

  /* Three digits make ten bits, two seven, one four (7.4.3); then padding (7.4.10). */
  function dataWords(digits) {
    let bits = "0001" + written(digits.length, 10);
    for (const group of digits.match(/.{1,3}/g)) bits += written(Number(group), 3 * group.length + 1);
    bits += "0000".slice(0, 8 * DATA_WORDS - bits.length);
    bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
    const words = bits.match(/.{8}/g).map((byte) => parseInt(byte, 2));
    for (let pad = 0xec; words.length < DATA_WORDS; pad ^= 0xec ^ 0x11) words.push(pad);
    return words;
  }

  /* Multiplies in the field of 256 with x^8 + x^4 + x^3 + x^2 + 1. */
  function times(one, other) {
    let product = 0;
    for (; other; other >>= 1) {
      if (other & 1) product ^= one;
      one = (one << 1) ^ (one & 0x80 ? 0x11d : 0);
    }
    return product;
  }

  /* Reed-Solomon: what is left of the data after division by the generator (7.5.2, annex A). */
  function checkWords(words) {
    let generator = [1];
    for (let power = 0, root = 1; power < CHECK_WORDS; power += 1, root = times(root, 2)) {
      const raised = [...generator, 0];
      generator = raised.map((factor, place) => factor ^ (place ? times(generator[place - 1], root) : 0));
    }
    const rest = [...words, ...Array(CHECK_WORDS).fill(0)];
    for (let place = 0; place < words.length; place += 1) {
      const factor = rest[place];
      generator.forEach((part, offset) => (rest[place + offset] ^= times(part, factor)));
    }
    return rest.slice(words.length);
  }

  /* What every such code has: three finders, the timing, the dark module (6.3). */
  function frame() {
    const cells = grid();
    for (const [top, left] of [[0, 0], [0, SIZE - 7], [SIZE - 7, 0]]) {
      for (let row = -1; row <= 7; row += 1) {
        for (let column = -1; column <= 7; column += 1) {
          const away = Math.max(Math.abs(row - 3), Math.abs(column - 3));
          if (cells[top + row]?.[left + column] === undefined) continue;
          cells[top + row][left + column] = away !== 2 && away !== 4 ? 1 : 0;
        }
      }
    }
    for (let place = 8; place < SIZE - 8; place += 1) cells[6][place] = cells[place][6] = 1 - (place % 2);
    cells[SIZE - 8][8] = 1;
    return cells;
  }

  /* Level M and the mask, with a BCH check, twice (7.9). */
  function writeFormat(cells, mask) {
    let rest = mask;
    for (let step = 0; step < 10; step += 1) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
    const format = ((mask << 10) | rest) ^ 0x5412;
    for (let place = 0; place < 15; place += 1) {
      const bit = (format >> place) & 1;
      const near = place < 6 ? place : place < 8 ? place + 1 : 15 - place;
      cells[place < 8 ? near : 8][place < 8 ? 8 : place === 8 ? 7 : near - 1] = bit;
      cells[place < 8 ? 8 : SIZE - 15 + place][place < 8 ? SIZE - 1 - place : 8] = bit;
    }
  }

  /* Two columns at a time from the right, up and down in turn, around what stands (7.7.3). */
  function writeWords(cells, bits, masked) {
    let next = 0;
    let upward = true;
    for (let right = SIZE - 1; right > 0; right -= right === 8 ? 3 : 2, upward = !upward) {
      for (let step = 0; step < SIZE; step += 1) {
        const row = upward ? SIZE - 1 - step : step;
        for (const column of [right, right - 1]) {
          if (cells[row][column] !== null) continue;
          cells[row][column] = Number(bits[next] ?? 0) ^ (masked(row, column) === 0 ? 1 : 0);
          next += 1;
        }
      }
    }
  }

  /* The penalty of a mask: long runs, blocks, what looks like a finder, too dark or too pale (7.8.3). */
  function penalty(cells) {
    const lines = [...cells, ...cells.map((_row, place) => cells.map((row) => row[place]))].map((line) => line.join(""));
    let sum = 0;
    for (const line of lines) {
      for (const run of line.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
      for (let place = 0; place <= SIZE - 11; place += 1) {
        if (["10111010000", "00001011101"].includes(line.slice(place, place + 11))) sum += 40;
      }
    }
    for (let row = 1; row < SIZE; row += 1) {
      for (let column = 1; column < SIZE; column += 1) {
        const block = cells[row][column] + cells[row - 1][column] + cells[row][column - 1] + cells[row - 1][column - 1];
        if (block % 4 === 0) sum += 3;
      }
    }
    const dark = cells.flat().reduce((total, cell) => total + cell, 0);
    return sum + 10 * Math.floor(Math.abs((20 * dark) / SIZE ** 2 - 10));
  }

  function masked(bits, mask) {
    const cells = frame();
    writeFormat(cells, mask);
    writeWords(cells, bits, MASKS[mask]);
    return { mask, cells, penalty: penalty(cells) };
  }

  /* Returns the rows of the code, 1 for dark, and the mask that was best. */
  window.qrOfDigits = (digits) => {
    const words = dataWords(digits);
    const bits = [...words, ...checkWords(words)].map((word) => written(word, 8)).join("");
    const all = MASKS.map((_rule, mask) => masked(bits, mask));
    return all.reduce((best, one) => (one.penalty < best.penalty ? one : best));
  };
})();
