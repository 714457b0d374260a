export default function AppointmentPage() { return <p>AppointmentPage</p>; }
