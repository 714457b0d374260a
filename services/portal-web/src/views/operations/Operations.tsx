export default function Operations() { return <p>Operations</p>; }
