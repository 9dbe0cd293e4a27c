/** Imports the main program, as a target may, and says what came of it. */
export async function importProgram() {
  try {
    await import(process.argv[1]);
    console.log('child: imported');
  } catch (error) {
    console.log(`child: ${error.code}`);
  }
}
