export default function Appointments() { return <p>Appointments</p>; }
