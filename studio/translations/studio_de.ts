<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name></name>
    <message>
        <source>“{}” has no region yet: draw one for it (R), or take it out of the words.</source>
        <translation>„{}“ hat noch keine Region: eine zeichnen (R) oder das Wort hier herausnehmen.</translation>
    </message>
    <message>
        <source>There is a region for “{}”, which is not in the prompt: write it there, or hide the region.</source>
        <translation>Für „{}“ gibt es eine Region, doch im Prompt fehlt das Wort: dort eintragen oder die Region ausblenden.</translation>
    </message>
    <message>
        <source>The region of “{}” covers nothing of the picture: paint it, or draw it anew.</source>
        <translation>Die Region von „{}“ bedeckt nichts vom Bild: ausmalen oder neu zeichnen.</translation>
    </message>
    <message>
        <source>The region of “{}” is smaller than one of the {} x {} cells in which words are placed; it counts as one cell.</source>
        <translation>Die Region von „{}“ ist kleiner als eine der {} x {} Zellen, in denen Wörter platziert werden; sie zählt als eine Zelle.</translation>
    </message>
    <message>
        <source>The regions of “{}” and “{}” overlap by {} %: there both words pull. Move them apart.</source>
        <translation>Die Regionen von „{}“ und „{}“ überlappen zu {} %: dort ziehen beide Wörter. Auseinanderschieben.</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>Pinsel</translation>
    </message>
    <message>
        <source>Paint on the layer. [ ] size, { } hardness</source>
        <translation>Auf die Ebene malen. [ ] Größe, { } Härte</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>Radierer</translation>
    </message>
    <message>
        <source>Take away from the layer</source>
        <translation>Von der Ebene wegnehmen</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>Drag around what is meant. Shift adds, Alt takes away</source>
        <translation>Gewünschtes umfahren. Umschalt fügt hinzu, Alt nimmt weg</translation>
    </message>
    <message>
        <source>Polygon</source>
        <translation>Polygon</translation>
    </message>
    <message>
        <source>Click corner by corner, Enter closes</source>
        <translation>Ecke für Ecke klicken, Eingabe schließt</translation>
    </message>
    <message>
        <source>Box</source>
        <translation>Rechteck</translation>
    </message>
    <message>
        <source>Select a box</source>
        <translation>Ein Rechteck auswählen</translation>
    </message>
    <message>
        <source>Click-select</source>
        <translation>Klick-Auswahl</translation>
    </message>
    <message>
        <source>Click on a thing; the right button takes parts away</source>
        <translation>Auf ein Ding klicken; die rechte Taste nimmt Teile weg</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Region</translation>
    </message>
    <message>
        <source>Draw where a concept or a word shall be</source>
        <translation>Zeichnen, wo ein Konzept oder Wort erscheinen soll</translation>
    </message>
    <message>
        <source>Arrange</source>
        <translation>Anordnen</translation>
    </message>
    <message>
        <source>Move, scale and rotate the layer</source>
        <translation>Ebene verschieben, skalieren und drehen</translation>
    </message>
    <message>
        <source>Crop</source>
        <translation>Zuschneiden</translation>
    </message>
    <message>
        <source>Draw what shall remain, Enter crops</source>
        <translation>Zeichnen, was bleiben soll; Eingabe schneidet zu</translation>
    </message>
    <message>
        <source>Nothing has all of these words. Try fewer.</source>
        <translation>Nirgends kommen alle diese Wörter vor. Weniger versuchen.</translation>
    </message>
    <message>
        <source>Switched on for a generation</source>
        <translation>Wird für eine Generierung zugeschaltet</translation>
    </message>
    <message>
        <source>Runs by itself</source>
        <translation>Läuft eigenständig</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Paper</source>
        <translation>Paper</translation>
    </message>
    <message>
        <source>How far it is known</source>
        <translation>Wie gesichert es ist</translation>
    </message>
    <message>
        <source>Works with</source>
        <translation>Arbeitet mit</translation>
    </message>
    <message>
        <source>Name for scripts</source>
        <translation>Name für Skripte</translation>
    </message>
    <message>
        <source>from {} to {}</source>
        <translation>von {} bis {}</translation>
    </message>
    <message>
        <source>one of {}</source>
        <translation>eins von {}</translation>
    </message>
    <message>
        <source>needed</source>
        <translation>erforderlich</translation>
    </message>
    <message>
        <source>default {}</source>
        <translation>Standard {}</translation>
    </message>
    <message>
        <source>in the paper: {}</source>
        <translation>im Paper: {}</translation>
    </message>
    <message>
        <source>source: {}</source>
        <translation>Quelle: {}</translation>
    </message>
    <message>
        <source>Open a project</source>
        <translation>Projekt öffnen</translation>
    </message>
    <message>
        <source>Recent projects</source>
        <translation>Zuletzt geöffnete Projekte</translation>
    </message>
    <message>
        <source>No project was opened yet.</source>
        <translation>Es wurde noch kein Projekt geöffnet.</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Take out of the list</source>
        <translation>Aus der Liste nehmen</translation>
    </message>
    <message>
        <source>Another folder…</source>
        <translation>Anderer Ordner…</translation>
    </message>
    <message>
        <source>A .zip…</source>
        <translation>Eine .zip…</translation>
    </message>
    <message>
        <source>Open a project folder</source>
        <translation>Projektordner öffnen</translation>
    </message>
    <message>
        <source>Projects (*.zip)</source>
        <translation>Projekte (*.zip)</translation>
    </message>
    <message>
        <source>This is needed.</source>
        <translation>Dies ist erforderlich.</translation>
    </message>
    <message>
        <source>set</source>
        <translation>gesetzt</translation>
    </message>
    <message>
        <source>on</source>
        <translation>ein</translation>
    </message>
    <message>
        <source>one, two, three</source>
        <translation>eins, zwei, drei</translation>
    </message>
    <message>
        <source>Pick</source>
        <translation>Wählen</translation>
    </message>
    <message>
        <source>Take it from the canvas</source>
        <translation>Von der Leinwand übernehmen</translation>
    </message>
    <message>
        <source>take it from the canvas</source>
        <translation>von der Leinwand übernehmen</translation>
    </message>
    <message>
        <source>Write it like this: {}</source>
        <translation>So schreiben: {}</translation>
    </message>
    <message>
        <source>Drop files here</source>
        <translation>Dateien hier ablegen</translation>
    </message>
    <message>
        <source>Drop a file here</source>
        <translation>Datei hier ablegen</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>In Gebrauch</translation>
    </message>
    <message>
        <source>take what is switched on in Create, or was made last</source>
        <translation>nehmen, was in „Erzeugen“ eingeschaltet ist oder zuletzt entstand</translation>
    </message>
    <message>
        <source>Canvas</source>
        <translation>Leinwand</translation>
    </message>
    <message>
        <source>File…</source>
        <translation>Datei…</translation>
    </message>
    <message>
        <source>choose a file</source>
        <translation>Datei wählen</translation>
    </message>
    <message>
        <source>take it out</source>
        <translation>herausnehmen</translation>
    </message>
    <message>
        <source>This line is not `id:{…}`: {}</source>
        <translation>Diese Zeile ist nicht `id:{…}`: {}</translation>
    </message>
    <message>
        <source>From the regions on the canvas</source>
        <translation>Aus den Regionen auf der Leinwand</translation>
    </message>
    <message>
        <source>Each word gets the region that was drawn for it</source>
        <translation>Jedes Wort erhält die Region, die dafür gezeichnet wurde</translation>
    </message>
    <message>
        <source>Regions of: {}</source>
        <translation>Regionen von: {}</translation>
    </message>
    <message>
        <source>No word has a region yet. Draw one with R; without, no layout is given.</source>
        <translation>Noch hat kein Wort eine Region. Mit R eine zeichnen; ohne wird kein Layout übergeben.</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Erweitert</translation>
    </message>
    <message>
        <source>Symbol in the paper: {}</source>
        <translation>Symbol im Paper: {}</translation>
    </message>
    <message>
        <source>From {} to {}</source>
        <translation>Von {} bis {}</translation>
    </message>
    <message>
        <source>Default: {}</source>
        <translation>Standard: {}</translation>
    </message>
    <message>
        <source>Source: {}</source>
        <translation>Quelle: {}</translation>
    </message>
    <message>
        <source>The report &apos;{}&apos; is not there any more. Run the job again.</source>
        <translation>Der Bericht „{}“ ist nicht mehr da. Den Auftrag noch einmal starten.</translation>
    </message>
    <message>
        <source>No browser opened the report. It lies at {}.</source>
        <translation>Kein Browser hat den Bericht geöffnet. Er liegt unter {}.</translation>
    </message>
    <message>
        <source>Estimating…</source>
        <translation>Wird geschätzt…</translation>
    </message>
    <message>
        <source>Time and memory are not known</source>
        <translation>Zeit und Speicher sind nicht bekannt</translation>
    </message>
    <message>
        <source>less than 1 s</source>
        <translation>weniger als 1 s</translation>
    </message>
    <message>
        <source>about {}</source>
        <translation>etwa {}</translation>
    </message>
    <message>
        <source>and {} to load the model</source>
        <translation>und {} zum Laden des Modells</translation>
    </message>
    <message>
        <source>{}, more than the {} that are free</source>
        <translation>{}, mehr als die {}, die frei sind</translation>
    </message>
    <message>
        <source>measured before</source>
        <translation>früher gemessen</translation>
    </message>
    <message>
        <source>scaled from earlier runs</source>
        <translation>aus früheren Läufen hochgerechnet</translation>
    </message>
    <message>
        <source>computed</source>
        <translation>berechnet</translation>
    </message>
    <message>
        <source>The same job ran on this machine; the middle of its last times.</source>
        <translation>Derselbe Auftrag lief schon auf diesem Rechner; Median der letzten Zeiten.</translation>
    </message>
    <message>
        <source>Jobs of this method ran here with other numbers: taken further by steps, pictures and pixels.</source>
        <translation>Aufträge dieser Methode liefen hier mit anderen Werten: umgerechnet nach Schritten, Bildern und Pixeln.</translation>
    </message>
    <message>
        <source>From the measured speed of the model on this machine; modifiers are not counted.</source>
        <translation>Aus dem gemessenen Tempo des Modells auf diesem Rechner; Modifikatoren sind nicht mitgerechnet.</translation>
    </message>
    <message>
        <source>It becomes known when the method has run here once.</source>
        <translation>Bekannt, sobald die Methode hier einmal gelaufen ist.</translation>
    </message>
    <message>
        <source>&amp;New project</source>
        <translation>&amp;Neues Projekt</translation>
    </message>
    <message>
        <source>Open a project &amp;folder…</source>
        <translation>Projekt&amp;ordner öffnen…</translation>
    </message>
    <message>
        <source>Open &amp;recent…</source>
        <translation>&amp;Zuletzt geöffnet…</translation>
    </message>
    <message>
        <source>Recent projects, folders and .zip files</source>
        <translation>Zuletzt geöffnete Projekte, Ordner und .zip-Dateien</translation>
    </message>
    <message>
        <source>Open the e&amp;xample project</source>
        <translation>&amp;Beispielprojekt öffnen</translation>
    </message>
    <message>
        <source>Save project &amp;as…</source>
        <translation>Projekt speichern &amp;unter…</translation>
    </message>
    <message>
        <source>Save a copy as .&amp;zip…</source>
        <translation>Kopie als .zi&amp;p speichern…</translation>
    </message>
    <message>
        <source>Rena&amp;me the project</source>
        <translation>Projekt u&amp;mbenennen</translation>
    </message>
    <message>
        <source>&amp;Close the project</source>
        <translation>Projekt s&amp;chließen</translation>
    </message>
    <message>
        <source>Open a &amp;picture…</source>
        <translation>Bild ö&amp;ffnen…</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Speichern</translation>
    </message>
    <message>
        <source>&amp;Export the picture…</source>
        <translation>Bild &amp;exportieren…</translation>
    </message>
    <message>
        <source>Pre&amp;ferences…</source>
        <translation>Einste&amp;llungen…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>Been&amp;den</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Select &amp;nothing</source>
        <translation>&amp;Nichts auswählen</translation>
    </message>
    <message>
        <source>R&amp;un</source>
        <translation>&amp;Starten</translation>
    </message>
    <message>
        <source>&amp;Fit</source>
        <translation>&amp;Einpassen</translation>
    </message>
    <message>
        <source>&amp;Pixel for pixel</source>
        <translation>&amp;Pixelgenau</translation>
    </message>
    <message>
        <source>&amp;Commands…</source>
        <translation>&amp;Befehle…</translation>
    </message>
    <message>
        <source>&amp;Methods…</source>
        <translation>&amp;Methoden…</translation>
    </message>
</context>
<context>
    <name>ArrangeTool</name>
    <message>
        <source>Arrange layer</source>
        <translation>Ebene anordnen</translation>
    </message>
</context>
<context>
    <name>BarList</name>
    <message>
        <source>What the picture consists of</source>
        <translation>Woraus das Bild besteht</translation>
    </message>
    <message>
        <source>Drag a bar to the right, or press Delete, to take it out of the picture</source>
        <translation>Einen Balken nach rechts ziehen oder Entf drücken, um ihn aus dem Bild zu nehmen</translation>
    </message>
    <message>
        <source>{}, coefficient {:.3f}</source>
        <translation>{}, Koeffizient {:.3f}</translation>
    </message>
</context>
<context>
    <name>BarsView</name>
    <message>
        <source>strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>Times the coefficient that was found; 0 leaves the picture as it is</source>
        <translation>Mal dem gefundenen Koeffizienten; 0 lässt das Bild, wie es ist</translation>
    </message>
    <message>
        <source>Several strengths</source>
        <translation>Mehrere Stärken</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <source>Make this change at this strength</source>
        <translation>Diese Änderung in dieser Stärke ausführen</translation>
    </message>
    <message>
        <source>Show the change at these strengths side by side</source>
        <translation>Die Änderung in diesen Stärken nebeneinander zeigen</translation>
    </message>
    <message>
        <source>To the form</source>
        <translation>Ins Formular</translation>
    </message>
    <message>
        <source>Write the change into the method&apos;s form and start nothing</source>
        <translation>Die Änderung ins Formular der Methode schreiben, ohne etwas zu starten</translation>
    </message>
    <message>
        <source>Put in</source>
        <translation>Einsetzen</translation>
    </message>
    <message>
        <source>Instead of “{}”:</source>
        <translation>Statt „{}“:</translation>
    </message>
    <message>
        <source>Goes out, and what comes in instead</source>
        <translation>Geht hinaus, und was stattdessen hineinkommt</translation>
    </message>
</context>
<context>
    <name>BoxTool</name>
    <message>
        <source>Select nothing</source>
        <translation>Nichts auswählen</translation>
    </message>
</context>
<context>
    <name>BrushBar</name>
    <message>
        <source> px</source>
        <translation> px</translation>
    </message>
    <message>
        <source>Size of the brush</source>
        <translation>Größe des Pinsels</translation>
    </message>
    <message>
        <source>Hardness of the brush</source>
        <translation>Härte des Pinsels</translation>
    </message>
    <message>
        <source>Flow of the brush</source>
        <translation>Fluss des Pinsels</translation>
    </message>
    <message>
        <source>Opacity of the stroke</source>
        <translation>Deckkraft des Strichs</translation>
    </message>
    <message>
        <source>size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Pen pressure changes the size</source>
        <translation>Stiftdruck ändert die Größe</translation>
    </message>
    <message>
        <source>flow</source>
        <translation>Fluss</translation>
    </message>
    <message>
        <source>Pen pressure changes the flow</source>
        <translation>Stiftdruck ändert den Fluss</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Hardness</source>
        <translation>Härte</translation>
    </message>
    <message>
        <source>Flow</source>
        <translation>Fluss</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>Deckkraft</translation>
    </message>
    <message>
        <source>Pen pressure</source>
        <translation>Stiftdruck</translation>
    </message>
</context>
<context>
    <name>BrushTool</name>
    <message>
        <source>Erase</source>
        <translation>Radieren</translation>
    </message>
    <message>
        <source>Paint</source>
        <translation>Malen</translation>
    </message>
</context>
<context>
    <name>CanvasTool</name>
    <message>
        <source>Choose a layer first.</source>
        <translation>Erst eine Ebene wählen.</translation>
    </message>
    <message>
        <source>“{}” is locked; unlock it to change it.</source>
        <translation>„{}“ ist gesperrt; zum Ändern entsperren.</translation>
    </message>
    <message>
        <source>“{}” is hidden; show it to paint on it.</source>
        <translation>„{}“ ist ausgeblendet; zum Malen einblenden.</translation>
    </message>
</context>
<context>
    <name>CanvasView</name>
    <message>
        <source>Canvas</source>
        <translation>Leinwand</translation>
    </message>
    <message>
        <source>No picture is open.</source>
        <translation>Kein Bild ist geöffnet.</translation>
    </message>
    <message>
        <source>Picture of {} by {} pixels at {} %.</source>
        <translation>Bild mit {} mal {} Pixeln bei {} %.</translation>
    </message>
    <message>
        <source>Layers from the top: {}.</source>
        <translation>Ebenen von oben: {}.</translation>
    </message>
    <message>
        <source>Selected: {} by {} pixels at {}, {}.</source>
        <translation>Ausgewählt: {} mal {} Pixel bei {}, {}.</translation>
    </message>
    <message>
        <source>Nothing is selected.</source>
        <translation>Nichts ist ausgewählt.</translation>
    </message>
    <message>
        <source>Tool: {}.</source>
        <translation>Werkzeug: {}.</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>mask</source>
        <translation>Maske</translation>
    </message>
    <message>
        <source>region</source>
        <translation>Region</translation>
    </message>
    <message>
        <source>hidden</source>
        <translation>verborgen</translation>
    </message>
    <message>
        <source>locked</source>
        <translation>gesperrt</translation>
    </message>
    <message>
        <source>active</source>
        <translation>aktiv</translation>
    </message>
</context>
<context>
    <name>ClickSelect</name>
    <message>
        <source>Click on the thing itself first; the right button then takes parts away.</source>
        <translation>Erst auf das Ding selbst klicken; dann nimmt die rechte Taste Teile weg.</translation>
    </message>
    <message>
        <source>Select by clicking</source>
        <translation>Durch Klicken auswählen</translation>
    </message>
    <message>
        <source>Take the mask</source>
        <translation>Maske übernehmen</translation>
    </message>
    <message>
        <source>Click-select</source>
        <translation>Klick-Auswahl</translation>
    </message>
    <message>
        <source>There is no picture to click on yet. Open one (Ctrl+O) or draw one in Create.</source>
        <translation>Noch ist kein Bild zum Anklicken da. Eines öffnen (Strg+O) oder in „Erzeugen“ zeichnen lassen.</translation>
    </message>
    <message>
        <source>A job is running. The click is answered as soon as it has ended; Esc drops it.</source>
        <translation>Ein Auftrag läuft. Der Klick wird beantwortet, sobald er endet; Esc verwirft ihn.</translation>
    </message>
    <message>
        <source>The engine is starting. The click is answered as soon as it is up; Esc drops it.</source>
        <translation>Die Engine startet. Der Klick wird beantwortet, sobald sie bereit ist; Esc verwirft ihn.</translation>
    </message>
    <message>
        <source>Looking for masks…</source>
        <translation>Suche nach Masken…</translation>
    </message>
    <message>
        <source>One mask was found. Enter takes it, Esc drops it; more clicks make it better.</source>
        <translation>Eine Maske gefunden. Eingabe übernimmt sie, Esc verwirft sie; weitere Klicks verbessern sie.</translation>
    </message>
    <message>
        <source>Mask {} of {}: {} choose, Enter takes it, Esc drops it; more clicks make it better.</source>
        <translation>Maske {} von {}: {} wählen, Eingabe übernimmt, Esc verwirft; weitere Klicks verbessern sie.</translation>
    </message>
</context>
<context>
    <name>CompareNumbers</name>
    <message>
        <source>the selection</source>
        <translation>der Auswahl</translation>
    </message>
    <message>
        <source>“{}” against “{}” below it, inside and outside of {}. Largest difference outside: {} of 255.</source>
        <translation>„{}“ gegen „{}“ darunter, innerhalb und außerhalb von {}. Größter Unterschied außerhalb: {} von 255.</translation>
    </message>
</context>
<context>
    <name>ComparePart</name>
    <message>
        <source>Compare &amp;before and after</source>
        <translation>V&amp;orher und nachher vergleichen</translation>
    </message>
    <message>
        <source>There is no picture on the canvas to compare.</source>
        <translation>Auf der Leinwand ist kein Bild zum Vergleichen.</translation>
    </message>
    <message>
        <source>There is only one picture on the canvas. Select two in the history to compare them.</source>
        <translation>Auf der Leinwand ist nur ein Bild. Im Verlauf zwei auswählen, um sie zu vergleichen.</translation>
    </message>
    <message>
        <source>before</source>
        <translation>vorher</translation>
    </message>
    <message>
        <source>after</source>
        <translation>nachher</translation>
    </message>
    <message>
        <source>later</source>
        <translation>später</translation>
    </message>
    <message>
        <source>earlier</source>
        <translation>früher</translation>
    </message>
    <message>
        <source>{} · seed {}</source>
        <translation>{} · Seed {}</translation>
    </message>
    <message>
        <source>Keep one of two</source>
        <translation>Eines von zweien behalten</translation>
    </message>
</context>
<context>
    <name>CompareView</name>
    <message>
        <source>Picture before</source>
        <translation>Bild vorher</translation>
    </message>
    <message>
        <source>Picture after</source>
        <translation>Bild nachher</translation>
    </message>
    <message>
        <source>Line between before and after</source>
        <translation>Linie zwischen vorher und nachher</translation>
    </message>
    <message>
        <source>Change before and after over (Shift+X)</source>
        <translation>Vorher und nachher vertauschen (Umschalt+X)</translation>
    </message>
    <message>
        <source>Keep this one</source>
        <translation>Dieses behalten</translation>
    </message>
    <message>
        <source>Close the comparison (Esc)</source>
        <translation>Vergleich schließen (Esc)</translation>
    </message>
    <message>
        <source>before</source>
        <translation>vorher</translation>
    </message>
    <message>
        <source>after</source>
        <translation>nachher</translation>
    </message>
    <message>
        <source>Keep “{}”</source>
        <translation>„{}“ behalten</translation>
    </message>
    <message>
        <source>Put “{}” onto the canvas as a layer</source>
        <translation>„{}“ als Ebene auf die Leinwand legen</translation>
    </message>
    <message>
        <source>{} x {} and {} x {} pixels: not counted</source>
        <translation>{} x {} und {} x {} Pixel: nicht gezählt</translation>
    </message>
    <message>
        <source>{} of {} pixels changed</source>
        <translation>{} von {} Pixeln geändert</translation>
    </message>
    <message>
        <source>{} pixels changed outside the mask, {} inside</source>
        <translation>{} Pixel außerhalb der Maske geändert, {} innerhalb</translation>
    </message>
    <message>
        <source>Slider</source>
        <translation>Schieber</translation>
    </message>
    <message>
        <source>Before left of the line, after right of it</source>
        <translation>Links der Linie vorher, rechts davon nachher</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Nebeneinander</translation>
    </message>
    <message>
        <source>Two views of the same place</source>
        <translation>Zwei Ansichten derselben Stelle</translation>
    </message>
    <message>
        <source>Point</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Point at the picture to see it before</source>
        <translation>Auf das Bild zeigen, um den Stand vorher zu sehen</translation>
    </message>
</context>
<context>
    <name>CropTool</name>
    <message>
        <source>Crop</source>
        <translation>Zuschneiden</translation>
    </message>
</context>
<context>
    <name>Curves</name>
    <message>
        <source>Curves of the running job</source>
        <translation>Kurven des laufenden Auftrags</translation>
    </message>
</context>
<context>
    <name>CurvesView</name>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>No numbers yet.</source>
        <translation>Noch keine Zahlen.</translation>
    </message>
    <message>
        <source>step {}</source>
        <translation>Schritt {}</translation>
    </message>
</context>
<context>
    <name>DataPanel</name>
    <message>
        <source>What the result left</source>
        <translation>Was das Ergebnis hinterließ</translation>
    </message>
    <message>
        <source>Results show here what their methods kept.</source>
        <translation>Hier zeigen Ergebnisse, was ihre Methoden aufbewahrt haben.</translation>
    </message>
    <message>
        <source>Course</source>
        <translation>Ablauf</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>Zahlen</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>Übersicht</translation>
    </message>
    <message>
        <source>While it runs</source>
        <translation>Während es läuft</translation>
    </message>
    <message>
        <source>Open {}</source>
        <translation>{} öffnen</translation>
    </message>
</context>
<context>
    <name>DataPart</name>
    <message>
        <source>Findings</source>
        <translation>Befunde</translation>
    </message>
    <message>
        <source>&amp;Findings of this result</source>
        <translation>Be&amp;funde zu diesem Ergebnis</translation>
    </message>
    <message>
        <source>Open the &amp;report of this result</source>
        <translation>Be&amp;richt zu diesem Ergebnis öffnen</translation>
    </message>
    <message>
        <source>Another of these pictures</source>
        <translation>Ein anderes dieser Bilder</translation>
    </message>
    <message>
        <source>The method &apos;{}&apos; is not installed any more.</source>
        <translation>Die Methode „{}“ ist nicht mehr installiert.</translation>
    </message>
</context>
<context>
    <name>Drops</name>
    <message>
        <source>One project at a time: drop it alone.</source>
        <translation>Immer nur ein Projekt: einzeln ablegen.</translation>
    </message>
    <message>
        <source>&apos;{}&apos; opens as a project</source>
        <translation>„{}“ öffnet sich als Projekt</translation>
    </message>
    <message>
        <source>&apos;{}&apos; is neither a picture nor a project: drop PNG, JPEG or WebP, a project folder or a .zip.</source>
        <translation>„{}“ ist weder Bild noch Projekt: PNG, JPEG oder WebP, einen Projektordner oder eine .zip ablegen.</translation>
    </message>
    <message>
        <source>These are no files: drop pictures, a project folder or a .zip.</source>
        <translation>Das sind keine Dateien: Bilder, einen Projektordner oder eine .zip ablegen.</translation>
    </message>
    <message>
        <source>&apos;{}&apos; becomes a layer on top</source>
        <translation>„{}“ wird eine Ebene obenauf</translation>
    </message>
    <message>
        <source>{} pictures become layers on top</source>
        <translation>{} Bilder werden Ebenen obenauf</translation>
    </message>
    <message>
        <source>The things in the photo get a mask each. Name them in Layers (F2), then choose how to learn.</source>
        <translation>Jedes Ding auf dem Foto erhält eine Maske. In „Ebenen“ benennen (F2), dann wählen, wie gelernt wird.</translation>
    </message>
</context>
<context>
    <name>FirstRun</name>
    <message>
        <source>&amp;First steps</source>
        <translation>&amp;Erste Schritte</translation>
    </message>
    <message>
        <source>Write what you want to see, then press Run (Ctrl+Enter).</source>
        <translation>Aufschreiben, was zu sehen sein soll, dann „Starten“ drücken (Strg+Eingabe).</translation>
    </message>
    <message>
        <source>A photo of your thing</source>
        <translation>Ein Foto des eigenen Dings</translation>
    </message>
    <message>
        <source>Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</source>
        <translation>Bilder (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</translation>
    </message>
    <message>
        <source>Press Run: the things in the photo get a mask each. Then choose how to learn them.</source>
        <translation>„Starten“ drücken: Jedes Ding auf dem Foto erhält eine Maske. Dann wählen, wie sie gelernt werden.</translation>
    </message>
    <message>
        <source>Write what the model shall forget, then press Run (Ctrl+Enter).</source>
        <translation>Aufschreiben, was das Modell vergessen soll, dann „Starten“ drücken (Strg+Eingabe).</translation>
    </message>
    <message>
        <source>The engine is starting; a moment.</source>
        <translation>Die Engine startet; einen Moment.</translation>
    </message>
</context>
<context>
    <name>Form</name>
    <message>
        <source>without {}</source>
        <translation>ohne {}</translation>
    </message>
</context>
<context>
    <name>HeatBar</name>
    <message>
        <source>Play the steps</source>
        <translation>Die Schritte abspielen</translation>
    </message>
    <message>
        <source>The mean over all steps</source>
        <translation>Mittel über alle Schritte</translation>
    </message>
    <message>
        <source>Ask a place: click it, or brush over it, to see which words look there</source>
        <translation>Eine Stelle befragen: anklicken oder darüberstreichen, um zu sehen, welche Wörter dorthin blicken</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Strength of the heat map</source>
        <translation>Stärke der Heatmap</translation>
    </message>
    <message>
        <source>Show “{}”</source>
        <translation>„{}“ zeigen</translation>
    </message>
    <message>
        <source>Show where “{}” is seen</source>
        <translation>Zeigen, wo „{}“ gesehen wird</translation>
    </message>
    <message>
        <source>No maps</source>
        <translation>Keine Karten</translation>
    </message>
    <message>
        <source>all {} steps</source>
        <translation>alle {} Schritte</translation>
    </message>
    <message>
        <source>step {} of {}</source>
        <translation>Schritt {} von {}</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>Wörter</translation>
    </message>
</context>
<context>
    <name>HelpWindow</name>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>Search methods, papers, parameters</source>
        <translation>Methoden, Papers, Parameter suchen</translation>
    </message>
    <message>
        <source>Search the help</source>
        <translation>Die Hilfe durchsuchen</translation>
    </message>
    <message>
        <source>Methods</source>
        <translation>Methoden</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>Seite</translation>
    </message>
</context>
<context>
    <name>HistoryModel</name>
    <message>
        <source>model {}, seed {}, {}, {:.1f} s</source>
        <translation>Modell {}, Seed {}, {}, {:.1f} s</translation>
    </message>
    <message>
        <source>pinned</source>
        <translation>angeheftet</translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message>
        <source>Results</source>
        <translation>Ergebnisse</translation>
    </message>
    <message>
        <source>Search results</source>
        <translation>Ergebnisse suchen</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Concept</source>
        <translation>Konzept</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>Methode</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Rating</source>
        <translation>Bewertung</translation>
    </message>
    <message>
        <source>Filters</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Pinned results only</source>
        <translation>Nur angeheftete Ergebnisse</translation>
    </message>
    <message>
        <source>Use in this picture (Enter)</source>
        <translation>In diesem Bild verwenden (Eingabe)</translation>
    </message>
    <message>
        <source>Bring back its settings</source>
        <translation>Einstellungen zurückholen</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>Erneut starten</translation>
    </message>
    <message>
        <source>Compare two results</source>
        <translation>Zwei Ergebnisse vergleichen</translation>
    </message>
    <message>
        <source>Remove from the history (Del); undo brings it back</source>
        <translation>Aus dem Verlauf entfernen (Entf); Rückgängig holt es zurück</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>Letzte 7 Tage</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>Letzte 30 Tage</translation>
    </message>
    <message>
        <source>Last year</source>
        <translation>Letztes Jahr</translation>
    </message>
    <message>
        <source>Select two pictures of the history to compare them (Ctrl+click).</source>
        <translation>Zwei Bilder im Verlauf auswählen, um sie zu vergleichen (Strg+Klick).</translation>
    </message>
    <message>
        <source>Use in this picture</source>
        <translation>In diesem Bild verwenden</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Let go of the pin</source>
        <translation>Lösen</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>Anheften</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>Bewerten</translation>
    </message>
    <message>
        <source>No rating</source>
        <translation>Keine Bewertung</translation>
    </message>
    <message>
        <source>Remove from the history</source>
        <translation>Aus dem Verlauf entfernen</translation>
    </message>
    <message>
        <source>No result fits. Take a word or a filter away.</source>
        <translation>Kein Ergebnis passt. Ein Wort oder einen Filter wegnehmen.</translation>
    </message>
    <message>
        <source>What you make appears here, with all that is needed to make it again.</source>
        <translation>Hier erscheint, was entsteht, mit allem, was eine Wiederholung braucht.</translation>
    </message>
    <message>
        <source>Results: {}</source>
        <translation>Ergebnisse: {}</translation>
    </message>
</context>
<context>
    <name>HistoryPart</name>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Bring back how this &amp;layer was made</source>
        <translation>&amp;Entstehung dieser Ebene zurückholen</translation>
    </message>
    <message>
        <source>Search the &amp;history</source>
        <translation>&amp;Verlauf durchsuchen</translation>
    </message>
    <message>
        <source>That result has no picture; bring back its settings instead.</source>
        <translation>Dieses Ergebnis hat kein Bild; stattdessen seine Einstellungen zurückholen.</translation>
    </message>
    <message>
        <source>This layer does not say how it was made.</source>
        <translation>Diese Ebene verrät nicht, wie sie entstand.</translation>
    </message>
    <message>
        <source>Bring back the settings</source>
        <translation>Einstellungen zurückholen</translation>
    </message>
    <message>
        <source>Its settings are back: method, prompt, values and seed.</source>
        <translation>Die Einstellungen sind zurück: Methode, Prompt, Werte und Seed.</translation>
    </message>
    <message>
        <source>The method &apos;{}&apos; is not installed any more.</source>
        <translation>Die Methode „{}“ ist nicht mehr installiert.</translation>
    </message>
    <message>
        <source>Remove results</source>
        <translation>Ergebnisse entfernen</translation>
    </message>
    <message>
        <source>Export the picture</source>
        <translation>Bild exportieren</translation>
    </message>
    <message>
        <source>&apos;{}&apos; says how it was made: Edit, Bring back how this layer was made.</source>
        <translation>„{}“ verrät, wie es entstand: Bearbeiten, Entstehung dieser Ebene zurückholen.</translation>
    </message>
</context>
<context>
    <name>Inside</name>
    <message>
        <source>Keep the picture only &amp;inside the mask</source>
        <translation>Bild nur &amp;innerhalb der Maske behalten</translation>
    </message>
    <message>
        <source>Outside of the mask the picture below comes back, to the last pixel</source>
        <translation>Außerhalb der Maske kommt das Bild darunter zurück, bis aufs letzte Pixel</translation>
    </message>
    <message>
        <source>There is no mask. Select the thing first (S clicks on it, M draws a box).</source>
        <translation>Es gibt keine Maske. Erst das Ding auswählen (S klickt darauf, M zieht ein Rechteck).</translation>
    </message>
    <message>
        <source>The picture on top must lie on the whole canvas, as large as it is. Put it back there first.</source>
        <translation>Das Bild obenauf muss die ganze Leinwand bedecken, genau in ihrer Größe. Erst dorthin zurücklegen.</translation>
    </message>
    <message>
        <source>Keep inside the mask</source>
        <translation>Innerhalb der Maske behalten</translation>
    </message>
</context>
<context>
    <name>Inspector</name>
    <message>
        <source>Method</source>
        <translation>Methode</translation>
    </message>
    <message>
        <source>What it will take</source>
        <translation>Was es brauchen wird</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Seed</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>Put this into the queue (Ctrl+Enter)</source>
        <translation>In die Warteschlange stellen (Strg+Eingabe)</translation>
    </message>
    <message>
        <source>Nothing here yet: the engine is starting.</source>
        <translation>Noch nichts hier: Die Engine startet.</translation>
    </message>
    <message>
        <source>Modifiers</source>
        <translation>Modifikatoren</translation>
    </message>
    <message>
        <source>&amp;Seed</source>
        <translation>&amp;Seed</translation>
    </message>
    <message>
        <source>Another seed</source>
        <translation>Anderer Seed</translation>
    </message>
</context>
<context>
    <name>Labels</name>
    <message>
        <source>How far this method is known: {}</source>
        <translation>Wie gesichert diese Methode ist: {}</translation>
    </message>
    <message>
        <source>partly inferred</source>
        <translation>teils erschlossen</translation>
    </message>
    <message>
        <source>reconstructed</source>
        <translation>rekonstruiert</translation>
    </message>
    <message>
        <source>needs {}</source>
        <translation>braucht {}</translation>
    </message>
</context>
<context>
    <name>LassoTool</name>
    <message>
        <source>Select nothing</source>
        <translation>Nichts auswählen</translation>
    </message>
</context>
<context>
    <name>LayersPanel</name>
    <message>
        <source>Layers</source>
        <translation>Ebenen</translation>
    </message>
    <message>
        <source>Opacity of the layer</source>
        <translation>Deckkraft der Ebene</translation>
    </message>
    <message>
        <source>New mask</source>
        <translation>Neue Maske</translation>
    </message>
    <message>
        <source>Mask from the selection</source>
        <translation>Maske aus der Auswahl</translation>
    </message>
    <message>
        <source>Selection from the mask</source>
        <translation>Auswahl aus der Maske</translation>
    </message>
    <message>
        <source>Invert the mask</source>
        <translation>Maske umkehren</translation>
    </message>
    <message>
        <source>Duplicate the layer</source>
        <translation>Ebene duplizieren</translation>
    </message>
    <message>
        <source>Layer up</source>
        <translation>Ebene nach oben</translation>
    </message>
    <message>
        <source>Layer down</source>
        <translation>Ebene nach unten</translation>
    </message>
    <message>
        <source>Lock the layer</source>
        <translation>Ebene sperren</translation>
    </message>
    <message>
        <source>Remove the layer</source>
        <translation>Ebene entfernen</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>mask</source>
        <translation>Maske</translation>
    </message>
    <message>
        <source>region</source>
        <translation>Region</translation>
    </message>
    <message>
        <source>Show layer</source>
        <translation>Ebene einblenden</translation>
    </message>
    <message>
        <source>Hide layer</source>
        <translation>Ebene ausblenden</translation>
    </message>
    <message>
        <source>Rename layer</source>
        <translation>Ebene umbenennen</translation>
    </message>
    <message>
        <source>Select layer</source>
        <translation>Ebene wählen</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>Deckkraft</translation>
    </message>
    <message>
        <source>Order layers</source>
        <translation>Ebenen ordnen</translation>
    </message>
    <message>
        <source>Unlock layer</source>
        <translation>Ebene entsperren</translation>
    </message>
    <message>
        <source>Lock layer</source>
        <translation>Ebene sperren</translation>
    </message>
    <message>
        <source>Remove layer</source>
        <translation>Ebene entfernen</translation>
    </message>
</context>
<context>
    <name>LayersPart</name>
    <message>
        <source>New &amp;mask</source>
        <translation>Neue &amp;Maske</translation>
    </message>
    <message>
        <source>An empty mask to paint, on top</source>
        <translation>Eine leere Maske zum Malen, zuoberst</translation>
    </message>
    <message>
        <source>Mask from the &amp;selection</source>
        <translation>Maske aus der &amp;Auswahl</translation>
    </message>
    <message>
        <source>Se&amp;lection from the mask</source>
        <translation>Auswah&amp;l aus der Maske</translation>
    </message>
    <message>
        <source>Select what the mask or region covers</source>
        <translation>Auswählen, was die Maske oder Region bedeckt</translation>
    </message>
    <message>
        <source>&amp;Invert the mask</source>
        <translation>Maske &amp;umkehren</translation>
    </message>
    <message>
        <source>What was outside is inside; a region becomes a painted one</source>
        <translation>Was außen war, ist innen; aus einer Region wird eine gemalte</translation>
    </message>
    <message>
        <source>&amp;Duplicate</source>
        <translation>&amp;Duplizieren</translation>
    </message>
    <message>
        <source>&amp;Rename</source>
        <translation>Umbe&amp;nennen</translation>
    </message>
    <message>
        <source>A region&apos;s name is the word it stands for</source>
        <translation>Der Name einer Region ist das Wort, für das sie steht</translation>
    </message>
    <message>
        <source>Loc&amp;k</source>
        <translation>S&amp;perren</translation>
    </message>
    <message>
        <source>R&amp;emove</source>
        <translation>&amp;Entfernen</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>Nach &amp;oben</translation>
    </message>
    <message>
        <source>Move do&amp;wn</source>
        <translation>Nach un&amp;ten</translation>
    </message>
    <message>
        <source>Select &amp;everything</source>
        <translation>&amp;Alles auswählen</translation>
    </message>
    <message>
        <source>In&amp;vert the selection</source>
        <translation>Auswahl um&amp;kehren</translation>
    </message>
    <message>
        <source>New mask</source>
        <translation>Neue Maske</translation>
    </message>
    <message>
        <source>Mask from the selection</source>
        <translation>Maske aus der Auswahl</translation>
    </message>
    <message>
        <source>Selection from the mask</source>
        <translation>Auswahl aus der Maske</translation>
    </message>
    <message>
        <source>Invert the mask</source>
        <translation>Maske umkehren</translation>
    </message>
    <message>
        <source>Select everything</source>
        <translation>Alles auswählen</translation>
    </message>
    <message>
        <source>Invert the selection</source>
        <translation>Auswahl umkehren</translation>
    </message>
    <message>
        <source>{} copy</source>
        <translation>{} Kopie</translation>
    </message>
    <message>
        <source>Duplicate layer</source>
        <translation>Ebene duplizieren</translation>
    </message>
    <message>
        <source>Mask {}</source>
        <translation>Maske {}</translation>
    </message>
</context>
<context>
    <name>LibraryModel</name>
    <message>
        <source>{} versions, strength {:g}</source>
        <translation>{} Versionen, Stärke {:g}</translation>
    </message>
    <message>
        <source>Its file is missing: learn or import it again.</source>
        <translation>Die Datei fehlt: erneut lernen oder importieren.</translation>
    </message>
</context>
<context>
    <name>LibraryPanel</name>
    <message>
        <source>Concepts</source>
        <translation>Konzepte</translation>
    </message>
    <message>
        <source>Search concepts</source>
        <translation>Konzepte suchen</translation>
    </message>
    <message>
        <source>Concepts with a tag</source>
        <translation>Konzepte mit einem Schlagwort</translation>
    </message>
    <message>
        <source>Use in the prompt and in Create (Enter)</source>
        <translation>Im Prompt und in „Erzeugen“ verwenden (Eingabe)</translation>
    </message>
    <message>
        <source>Import a concept…</source>
        <translation>Konzept importieren…</translation>
    </message>
    <message>
        <source>Export this concept…</source>
        <translation>Dieses Konzept exportieren…</translation>
    </message>
    <message>
        <source>Remove from the library; undo brings it back</source>
        <translation>Aus der Bibliothek entfernen; Rückgängig holt es zurück</translation>
    </message>
    <message>
        <source>Drop a photo here to learn something from it. What you learn stays here.</source>
        <translation>Ein Foto hier ablegen, um daraus etwas zu lernen. Gelerntes bleibt hier.</translation>
    </message>
    <message>
        <source>Any tag</source>
        <translation>Jedes Schlagwort</translation>
    </message>
    <message>
        <source>No concept fits.</source>
        <translation>Kein Konzept passt.</translation>
    </message>
    <message>
        <source>cup, kitchen</source>
        <translation>Tasse, Küche</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Word</source>
        <translation>Wort</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Schlagwörter</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
</context>
<context>
    <name>LibraryPart</name>
    <message>
        <source>Concepts</source>
        <translation>Konzepte</translation>
    </message>
    <message>
        <source>&amp;Import a concept or LoRA…</source>
        <translation>Konzept oder LoRA importie&amp;ren…</translation>
    </message>
    <message>
        <source>Export the c&amp;oncept…</source>
        <translation>&amp;Konzept exportieren…</translation>
    </message>
    <message>
        <source>&amp;Use the chosen concept</source>
        <translation>Gewähltes &amp;Konzept verwenden</translation>
    </message>
    <message>
        <source>Con&amp;cepts</source>
        <translation>&amp;Konzepte</translation>
    </message>
    <message>
        <source>Rename a concept</source>
        <translation>Konzept umbenennen</translation>
    </message>
    <message>
        <source>Strength of a concept</source>
        <translation>Stärke eines Konzepts</translation>
    </message>
    <message>
        <source>Tags of a concept</source>
        <translation>Schlagwörter eines Konzepts</translation>
    </message>
    <message>
        <source>Notes of a concept</source>
        <translation>Notizen eines Konzepts</translation>
    </message>
    <message>
        <source>Version of a concept</source>
        <translation>Version eines Konzepts</translation>
    </message>
    <message>
        <source>Remove a concept</source>
        <translation>Konzept entfernen</translation>
    </message>
    <message>
        <source>The file of &apos;{}&apos; is missing. Learn or import it again.</source>
        <translation>Die Datei von „{}“ fehlt. Erneut lernen oder importieren.</translation>
    </message>
    <message>
        <source>Use {}</source>
        <translation>{} verwenden</translation>
    </message>
    <message>
        <source>Place {}</source>
        <translation>{} platzieren</translation>
    </message>
    <message>
        <source>Import concepts</source>
        <translation>Konzepte importieren</translation>
    </message>
    <message>
        <source>&apos;{}&apos; is no concept of this program: it is imported as a change of the model for Create.</source>
        <translation>„{}“ ist kein Konzept dieses Programms: Es wird als Änderung des Modells für „Erzeugen“ importiert.</translation>
    </message>
    <message>
        <source>Import {}</source>
        <translation>{} importieren</translation>
    </message>
    <message>
        <source>imported from {}</source>
        <translation>importiert aus {}</translation>
    </message>
    <message>
        <source>Export {}</source>
        <translation>{} exportieren</translation>
    </message>
    <message>
        <source>Wrote &apos;{}&apos;.</source>
        <translation>„{}“ geschrieben.</translation>
    </message>
    <message>
        <source>Concept of this program</source>
        <translation>Konzept dieses Programms</translation>
    </message>
    <message>
        <source>LoRA for diffusers and peft</source>
        <translation>LoRA für diffusers und peft</translation>
    </message>
    <message>
        <source>LoRA for AUTOMATIC1111 and ComfyUI</source>
        <translation>LoRA für AUTOMATIC1111 und ComfyUI</translation>
    </message>
    <message>
        <source>Textual inversion</source>
        <translation>Textual Inversion</translation>
    </message>
    <message>
        <source>Textual inversion for AUTOMATIC1111</source>
        <translation>Textual Inversion für AUTOMATIC1111</translation>
    </message>
    <message>
        <source>Exact weight change</source>
        <translation>Exakte Gewichtsänderung</translation>
    </message>
</context>
<context>
    <name>Log</name>
    <message>
        <source>&amp;Log…</source>
        <translation>&amp;Protokoll…</translation>
    </message>
    <message>
        <source>Studio</source>
        <translation>Studio</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Engine</translation>
    </message>
</context>
<context>
    <name>LogDialog</name>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>Protokolle</translation>
    </message>
    <message>
        <source>Nothing was written yet.</source>
        <translation>Noch wurde nichts geschrieben.</translation>
    </message>
    <message>
        <source>Copy everything</source>
        <translation>Alles kopieren</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>Kopiert.</translation>
    </message>
</context>
<context>
    <name>MapsView</name>
    <message>
        <source>Word</source>
        <translation>Wort</translation>
    </message>
    <message>
        <source>There</source>
        <translation>Hier</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>Anteil</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>Wörter</translation>
    </message>
    <message>
        <source>Choose a word to see it alone; take its tick away to hide it</source>
        <translation>Ein Wort wählen, um es allein zu sehen; Häkchen wegnehmen, um es auszublenden</translation>
    </message>
    <message>
        <source>from </source>
        <translation>ab </translation>
    </message>
    <message>
        <source>Share of the highest value from which a place belongs to the word</source>
        <translation>Anteil am Höchstwert, ab dem eine Stelle zum Wort gehört</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>Maske</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Region</translation>
    </message>
    <message>
        <source>Export picture…</source>
        <translation>Bild exportieren…</translation>
    </message>
    <message>
        <source>Export mask…</source>
        <translation>Maske exportieren…</translation>
    </message>
    <message>
        <source>At this place: {}</source>
        <translation>An dieser Stelle: {}</translation>
    </message>
    <message>
        <source>To see which words look at a place, switch on the pointer below the canvas and click.</source>
        <translation>Um zu sehen, welche Wörter auf eine Stelle blicken, den Zeiger unter der Leinwand einschalten und klicken.</translation>
    </message>
    <message>
        <source>Choose a word of the list first.</source>
        <translation>Erst ein Wort der Liste wählen.</translation>
    </message>
</context>
<context>
    <name>ModifierCard</name>
    <message>
        <source>Drag {} to another place</source>
        <translation>{} an eine andere Stelle ziehen</translation>
    </message>
    <message>
        <source>Apply {} earlier</source>
        <translation>{} früher anwenden</translation>
    </message>
    <message>
        <source>Apply {} later</source>
        <translation>{} später anwenden</translation>
    </message>
    <message>
        <source>Show or fold the settings of {}</source>
        <translation>Einstellungen von {} auf- oder zuklappen</translation>
    </message>
    <message>
        <source>Take {} out</source>
        <translation>{} herausnehmen</translation>
    </message>
    <message>
        <source>Swap them</source>
        <translation>Tauschen</translation>
    </message>
    <message>
        <source>Put {} before {}</source>
        <translation>{} vor {} setzen</translation>
    </message>
</context>
<context>
    <name>ModifierStack</name>
    <message>
        <source>Add a modifier</source>
        <translation>Modifikator hinzufügen</translation>
    </message>
    <message>
        <source>No modifier. Add one to keep words apart, to erase, or to correct a prompt.</source>
        <translation>Kein Modifikator. Einen hinzufügen, um Wörter zu trennen, zu tilgen oder einen Prompt zu berichtigen.</translation>
    </message>
    <message>
        <source>Add a modifier…</source>
        <translation>Modifikator hinzufügen…</translation>
    </message>
    <message>
        <source>This modifier is not installed.</source>
        <translation>Dieser Modifikator ist nicht installiert.</translation>
    </message>
</context>
<context>
    <name>Naming</name>
    <message>
        <source>empty: name the masks in Layers</source>
        <translation>leer: Masken in „Ebenen“ benennen</translation>
    </message>
</context>
<context>
    <name>OutList</name>
    <message>
        <source>What goes out of the picture</source>
        <translation>Was aus dem Bild hinausgeht</translation>
    </message>
    <message>
        <source>Double click to put something in its place; press Delete to leave it in the picture</source>
        <translation>Doppelklick setzt etwas an seine Stelle; Entf lässt es im Bild</translation>
    </message>
    <message>
        <source>(nothing)</source>
        <translation>(nichts)</translation>
    </message>
</context>
<context>
    <name>OutlineTool</name>
    <message>
        <source>Select</source>
        <translation>Auswählen</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Command palette</source>
        <translation>Befehlspalette</translation>
    </message>
    <message>
        <source>What do you want to do?</source>
        <translation>Was soll geschehen?</translation>
    </message>
    <message>
        <source>Search commands</source>
        <translation>Befehle suchen</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
</context>
<context>
    <name>Parameters</name>
    <message>
        <source>modifiers</source>
        <translation>Modifikatoren</translation>
    </message>
    <message>
        <source>seed</source>
        <translation>Seed</translation>
    </message>
    <message>
        <source>Set {}</source>
        <translation>{} einstellen</translation>
    </message>
</context>
<context>
    <name>Preferences</name>
    <message>
        <source>Preferences</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>General</source>
        <translation>Allgemein</translation>
    </message>
    <message>
        <source>Engine and models</source>
        <translation>Engine und Modelle</translation>
    </message>
    <message>
        <source>Memory and caches</source>
        <translation>Speicher und Caches</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Stay offline: nothing is ever downloaded</source>
        <translation>Offline bleiben: nie wird etwas heruntergeladen</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Design</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Say when a job has ended while the window is elsewhere</source>
        <translation>Melden, wenn ein Auftrag endet, während das Fenster im Hintergrund ist</translation>
    </message>
    <message>
        <source>The language changes at the next start.</source>
        <translation>Die Sprache wechselt beim nächsten Start.</translation>
    </message>
    <message>
        <source>Memory for undo</source>
        <translation>Speicher für Rückgängig</translation>
    </message>
    <message>
        <source>Thumbnails on disk</source>
        <translation>Vorschaubilder auf der Platte</translation>
    </message>
    <message>
        <source>The memory for undo changes at the next start; undo itself has no fixed depth.</source>
        <translation>Der Speicher für Rückgängig ändert sich beim nächsten Start; die Zahl der Schritte ist nicht begrenzt.</translation>
    </message>
    <message>
        <source>Thumbnails</source>
        <translation>Vorschaubilder</translation>
    </message>
    <message>
        <source>Pictures that were clicked on</source>
        <translation>Angeklickte Bilder</translation>
    </message>
    <message>
        <source>Empty</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Empty: {}</source>
        <translation>Leeren: {}</translation>
    </message>
    <message>
        <source>Both are made again when they are needed.</source>
        <translation>Beide entstehen neu, wenn sie gebraucht werden.</translation>
    </message>
    <message>
        <source>&apos;{}&apos; cannot be removed: {}</source>
        <translation>„{}“ lässt sich nicht entfernen: {}</translation>
    </message>
    <message>
        <source>The fastest that is found</source>
        <translation>Das schnellste gefundene</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>As measured on this machine</source>
        <translation>Wie auf diesem Rechner gemessen</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>Model folders</source>
        <translation>Modellordner</translation>
    </message>
    <message>
        <source>The models folder, then the embedded one</source>
        <translation>Der Modellordner, dann das eingebaute</translation>
    </message>
    <message>
        <source>Segment Anything</source>
        <translation>Segment Anything</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen…</translation>
    </message>
    <message>
        <source>Choose a Segment Anything file</source>
        <translation>Segment-Anything-Datei wählen</translation>
    </message>
    <message>
        <source>Device, precision, folders and the offline switch start the engine anew, between two jobs.</source>
        <translation>Gerät, Genauigkeit, Ordner und Offline-Schalter starten die Engine neu, zwischen zwei Aufträgen.</translation>
    </message>
    <message>
        <source>Folders that are looked through for models</source>
        <translation>Ordner, die nach Modellen durchsucht werden</translation>
    </message>
    <message>
        <source>Models that were found</source>
        <translation>Gefundene Modelle</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Family</source>
        <translation>Familie</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>Ordner hinzufügen…</translation>
    </message>
    <message>
        <source>Take out</source>
        <translation>Herausnehmen</translation>
    </message>
    <message>
        <source>Scan again</source>
        <translation>Neu suchen</translation>
    </message>
    <message>
        <source>here</source>
        <translation>hier</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>fehlt</translation>
    </message>
    <message>
        <source>moved</source>
        <translation>verschoben</translation>
    </message>
    <message>
        <source>moved to {}</source>
        <translation>verschoben nach {}</translation>
    </message>
    <message numerus="yes">
        <source>%n model(s) or part(s) of models</source>
        <translation>
            <numerusform>%n Modell oder Modellteil</numerusform>
            <numerusform>%n Modelle oder Modellteile</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n missing: put the file back, or look through the folder where it is now</source>
        <translation>
            <numerusform>%n fehlt: Datei zurücklegen oder den Ordner durchsuchen, in dem sie jetzt ist</numerusform>
            <numerusform>%n fehlen: Dateien zurücklegen oder den Ordner durchsuchen, in dem sie jetzt sind</numerusform>
        </translation>
    </message>
    <message>
        <source>Looking through the folders…</source>
        <translation>Ordner werden durchsucht…</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>Aktion</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Keys for {}</source>
        <translation>Tasten für {}</translation>
    </message>
    <message>
        <source>{} belongs to “{}” already. Choose other keys.</source>
        <translation>{} gehört schon zu „{}“. Andere Tasten wählen.</translation>
    </message>
    <message>
        <source>A folder with models</source>
        <translation>Ein Ordner mit Modellen</translation>
    </message>
    <message>
        <source>A Segment Anything file</source>
        <translation>Eine Segment-Anything-Datei</translation>
    </message>
</context>
<context>
    <name>Preferring</name>
    <message>
        <source>Stay offline</source>
        <translation>Offline bleiben</translation>
    </message>
    <message>
        <source>Stay &amp;offline</source>
        <translation>Offl&amp;ine bleiben</translation>
    </message>
    <message>
        <source>The engine restarts with the new settings.</source>
        <translation>Die Engine startet mit den neuen Einstellungen neu.</translation>
    </message>
    <message>
        <source>The engine restarts with the new settings when the running job has ended. No job is lost.</source>
        <translation>Die Engine startet mit den neuen Einstellungen neu, wenn der laufende Auftrag endet. Kein Auftrag geht verloren.</translation>
    </message>
    <message>
        <source>The language changes at the next start.</source>
        <translation>Die Sprache wechselt beim nächsten Start.</translation>
    </message>
    <message>
        <source>The engine runs with the new settings.</source>
        <translation>Die Engine läuft mit den neuen Einstellungen.</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Offline</translation>
    </message>
    <message>
        <source>Nothing is ever downloaded. Click to allow it.</source>
        <translation>Nie wird etwas heruntergeladen. Klicken, um es zu erlauben.</translation>
    </message>
    <message>
        <source>Online</source>
        <translation>Online</translation>
    </message>
    <message>
        <source>Models may be downloaded when they are asked for. Click to forbid it.</source>
        <translation>Modelle dürfen auf Wunsch heruntergeladen werden. Klicken, um es zu verbieten.</translation>
    </message>
    <message>
        <source>{}, after this job</source>
        <translation>{}, nach diesem Auftrag</translation>
    </message>
</context>
<context>
    <name>Projects</name>
    <message>
        <source>Name of the project</source>
        <translation>Name des Projekts</translation>
    </message>
    <message>
        <source>This project is empty: there is nothing to close.</source>
        <translation>Dieses Projekt ist leer: Es gibt nichts zu schließen.</translation>
    </message>
    <message>
        <source>Example: a bowl and a fig</source>
        <translation>Beispiel: eine Schale und eine Feige</translation>
    </message>
    <message>
        <source>&apos;{}&apos; is open already: it is this project.</source>
        <translation>„{}“ ist schon offen: Es ist dieses Projekt.</translation>
    </message>
    <message>
        <source>Open a copy</source>
        <translation>Kopie öffnen</translation>
    </message>
    <message>
        <source>Open another project…</source>
        <translation>Anderes Projekt öffnen…</translation>
    </message>
    <message>
        <source>Repair it</source>
        <translation>Reparieren</translation>
    </message>
    <message>
        <source>Unpacking &apos;{}&apos;…</source>
        <translation>„{}“ wird entpackt…</translation>
    </message>
    <message>
        <source>A project is being packed; it takes a moment.</source>
        <translation>Ein Projekt wird gepackt; das dauert einen Moment.</translation>
    </message>
    <message>
        <source>Save the project as a folder</source>
        <translation>Projekt als Ordner speichern</translation>
    </message>
    <message>
        <source>Project folder (*)</source>
        <translation>Projektordner (*)</translation>
    </message>
    <message>
        <source>&apos;{}&apos; cannot be written: {}</source>
        <translation>„{}“ lässt sich nicht schreiben: {}</translation>
    </message>
    <message>
        <source>Save a copy as .zip</source>
        <translation>Kopie als .zip speichern</translation>
    </message>
    <message>
        <source>Projects (*.zip)</source>
        <translation>Projekte (*.zip)</translation>
    </message>
    <message>
        <source>A copy was saved as &apos;{}&apos;.</source>
        <translation>Eine Kopie wurde als „{}“ gespeichert.</translation>
    </message>
    <message>
        <source>Rename the project</source>
        <translation>Projekt umbenennen</translation>
    </message>
</context>
<context>
    <name>PromptBar</name>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Earlier prompts (Alt+↑, Alt+↓)</source>
        <translation>Frühere Prompts (Alt+↑, Alt+↓)</translation>
    </message>
    <message>
        <source>Earlier prompts</source>
        <translation>Frühere Prompts</translation>
    </message>
    <message>
        <source>Nothing was drawn yet.</source>
        <translation>Noch wurde nichts gezeichnet.</translation>
    </message>
    <message>
        <source>The text encoder reads {} tokens at a time; the rest is read in further parts.</source>
        <translation>Der Text-Encoder liest {} Token auf einmal; der Rest wird in weiteren Teilen gelesen.</translation>
    </message>
    <message>
        <source>Tokens of the prompt, and how many the text encoder reads at once</source>
        <translation>Token des Prompts und wie viele der Text-Encoder auf einmal liest</translation>
    </message>
</context>
<context>
    <name>PromptEdit</name>
    <message>
        <source>What do you want to see?</source>
        <translation>Was soll zu sehen sein?</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>Right click a word to make it a concept, weigh it, give it a region or erase it</source>
        <translation>Rechtsklick auf ein Wort macht es zum Konzept, gewichtet es, gibt ihm eine Region oder tilgt es</translation>
    </message>
    <message>
        <source>Give “{}” a region</source>
        <translation>„{}“ eine Region geben</translation>
    </message>
    <message>
        <source>Show where “{}” is seen</source>
        <translation>Zeigen, wo „{}“ gesehen wird</translation>
    </message>
    <message>
        <source>Keep “{}” apart from other words</source>
        <translation>„{}“ von anderen Wörtern trennen</translation>
    </message>
    <message>
        <source>Stay away from “{}” in this picture</source>
        <translation>„{}“ in diesem Bild meiden</translation>
    </message>
    <message>
        <source>Erase “{}” from the model…</source>
        <translation>„{}“ aus dem Modell tilgen…</translation>
    </message>
    <message>
        <source>Learn “{}” from pictures…</source>
        <translation>„{}“ aus Bildern lernen…</translation>
    </message>
    <message>
        <source>“{}” is the learned concept</source>
        <translation>„{}“ ist das gelernte Konzept</translation>
    </message>
    <message>
        <source>Stronger</source>
        <translation>Stärker</translation>
    </message>
    <message>
        <source>Weaker</source>
        <translation>Schwächer</translation>
    </message>
</context>
<context>
    <name>Queue</name>
    <message>
        <source>Show the &amp;queue</source>
        <translation>&amp;Warteschlange zeigen</translation>
    </message>
    <message>
        <source>&amp;Pause the queue</source>
        <translation>Warteschlange an&amp;halten</translation>
    </message>
    <message>
        <source>&amp;Cancel the running job</source>
        <translation>&amp;Laufenden Auftrag abbrechen</translation>
    </message>
    <message>
        <source>Forget jobs that ended</source>
        <translation>Beendete Aufträge vergessen</translation>
    </message>
    <message>
        <source>Failed: {}</source>
        <translation>Fehlgeschlagen: {}</translation>
    </message>
    <message>
        <source>Done: {}</source>
        <translation>Fertig: {}</translation>
    </message>
    <message>
        <source>The result is on the canvas.</source>
        <translation>Das Ergebnis ist auf der Leinwand.</translation>
    </message>
</context>
<context>
    <name>QueueModel</name>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>abgebrochen</translation>
    </message>
</context>
<context>
    <name>QueuePanel</name>
    <message>
        <source>Jobs</source>
        <translation>Aufträge</translation>
    </message>
    <message>
        <source>Drag a waiting job to another place, or move it with Alt and the arrow keys</source>
        <translation>Wartende Aufträge an eine andere Stelle ziehen oder mit Alt und den Pfeiltasten verschieben</translation>
    </message>
    <message>
        <source>Pause the queue</source>
        <translation>Warteschlange anhalten</translation>
    </message>
    <message>
        <source>Hold this job back</source>
        <translation>Diesen Auftrag zurückhalten</translation>
    </message>
    <message>
        <source>Run this job earlier</source>
        <translation>Diesen Auftrag früher ausführen</translation>
    </message>
    <message>
        <source>Run this job later</source>
        <translation>Diesen Auftrag später ausführen</translation>
    </message>
    <message>
        <source>Try this job again</source>
        <translation>Diesen Auftrag erneut versuchen</translation>
    </message>
    <message>
        <source>Cancel this job</source>
        <translation>Diesen Auftrag abbrechen</translation>
    </message>
    <message>
        <source>Forget jobs that ended</source>
        <translation>Beendete Aufträge vergessen</translation>
    </message>
    <message>
        <source>Why the job failed</source>
        <translation>Warum der Auftrag fehlschlug</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>The engine restarts with the new settings when the running job has ended. No job is lost.</source>
        <translation>Die Engine startet mit den neuen Einstellungen neu, wenn der laufende Auftrag endet. Kein Auftrag geht verloren.</translation>
    </message>
    <message>
        <source>Let this job go on</source>
        <translation>Diesen Auftrag fortsetzen</translation>
    </message>
    <message>
        <source>Let the queue go on</source>
        <translation>Warteschlange fortsetzen</translation>
    </message>
</context>
<context>
    <name>QueueStrip</name>
    <message>
        <source>Progress of the running job</source>
        <translation>Fortschritt des laufenden Auftrags</translation>
    </message>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n wartet</numerusform>
            <numerusform>%n warten</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing runs</source>
        <translation>Nichts läuft</translation>
    </message>
</context>
<context>
    <name>RecoveryDialog</name>
    <message>
        <source>Recovered</source>
        <translation>Wiederhergestellt</translation>
    </message>
    <message>
        <source>&apos;{}&apos; was recovered</source>
        <translation>„{}“ wurde wiederhergestellt</translation>
    </message>
    <message>
        <source>one edit</source>
        <translation>eine Änderung</translation>
    </message>
    <message>
        <source>{} edits</source>
        <translation>{} Änderungen</translation>
    </message>
    <message>
        <source>The last session ended without closing. Nothing was lost: {} after the last whole save came back, the last one was &apos;{}&apos;. You can also go back to that save; redo (Ctrl+Y) brings the edits again.</source>
        <translation>Die letzte Sitzung endete, ohne geschlossen zu werden. Nichts ging verloren. Seit der letzten vollen Speicherung wiederhergestellt: {}, zuletzt „{}“. Es geht auch zurück zu jener Speicherung; Wiederholen (Strg+Y) bringt die Änderungen wieder.</translation>
    </message>
    <message>
        <source>an edit</source>
        <translation>eine Änderung</translation>
    </message>
    <message>
        <source>Keep everything</source>
        <translation>Alles behalten</translation>
    </message>
    <message>
        <source>Go back to the last save</source>
        <translation>Zur letzten Speicherung zurück</translation>
    </message>
</context>
<context>
    <name>RegionBar</name>
    <message>
        <source>The next region is for</source>
        <translation>Die nächste Region ist für</translation>
    </message>
    <message>
        <source>Draw where this shall be:</source>
        <translation>Zeichnen, wo dies sein soll:</translation>
    </message>
    <message>
        <source>Write a prompt first: its words can then be placed.</source>
        <translation>Erst einen Prompt schreiben: Dann lassen sich seine Wörter platzieren.</translation>
    </message>
</context>
<context>
    <name>RegionTool</name>
    <message>
        <source>Draw a region</source>
        <translation>Region zeichnen</translation>
    </message>
    <message>
        <source>A region needs at least 4 x 4 pixels inside the picture. Drag its box open.</source>
        <translation>Eine Region braucht mindestens 4 x 4 Pixel im Bild. Ihr Rechteck größer aufziehen.</translation>
    </message>
</context>
<context>
    <name>Saving</name>
    <message>
        <source>&apos;{}&apos; is there already. Replace it?</source>
        <translation>„{}“ gibt es schon. Ersetzen?</translation>
    </message>
</context>
<context>
    <name>ScoreModel</name>
    <message>
        <source>Set</source>
        <translation>Satz</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>Methode</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Messwert</translation>
    </message>
    <message>
        <source>About</source>
        <translation>Gegenstand</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>nicht gemessen</translation>
    </message>
    <message>
        <source>n</source>
        <translation>n</translation>
    </message>
    <message>
        <source>95 % interval</source>
        <translation>95-%-Intervall</translation>
    </message>
    <message>
        <source>Judge</source>
        <translation>Prüfer</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
</context>
<context>
    <name>ScorePlot</name>
    <message>
        <source>Plot of the chosen score</source>
        <translation>Diagramm des gewählten Messwerts</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>nicht gemessen</translation>
    </message>
</context>
<context>
    <name>ScoresPanel</name>
    <message>
        <source>Scores</source>
        <translation>Messwerte</translation>
    </message>
    <message>
        <source>Search scores</source>
        <translation>Messwerte suchen</translation>
    </message>
    <message>
        <source>Any method</source>
        <translation>Jede Methode</translation>
    </message>
    <message>
        <source>Any model</source>
        <translation>Jedes Modell</translation>
    </message>
    <message>
        <source>Any concept</source>
        <translation>Jedes Konzept</translation>
    </message>
    <message>
        <source>Any judge</source>
        <translation>Jeder Prüfer</translation>
    </message>
    <message>
        <source>Measured or not</source>
        <translation>Gemessen oder nicht</translation>
    </message>
    <message>
        <source>Pictures behind the chosen score</source>
        <translation>Bilder hinter dem gewählten Messwert</translation>
    </message>
    <message>
        <source>Nothing was measured yet. Choose a score on the right, give it pictures, and run it.</source>
        <translation>Noch wurde nichts gemessen. Rechts einen Messwert wählen, ihm Bilder geben und starten.</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>The rows that are shown, as CSV, JSON or HTML</source>
        <translation>Die gezeigten Zeilen als CSV, JSON oder HTML</translation>
    </message>
    <message>
        <source>Measured</source>
        <translation>Gemessen</translation>
    </message>
    <message>
        <source>Not measured</source>
        <translation>Nicht gemessen</translation>
    </message>
    <message>
        <source>No score fits. Take a word or a filter away.</source>
        <translation>Kein Messwert passt. Ein Wort oder einen Filter wegnehmen.</translation>
    </message>
    <message>
        <source>Read the scores again</source>
        <translation>Messwerte neu einlesen</translation>
    </message>
    <message>
        <source>Show the canvas</source>
        <translation>Leinwand zeigen</translation>
    </message>
</context>
<context>
    <name>ScoresPart</name>
    <message>
        <source>&amp;Scores</source>
        <translation>&amp;Messwerte</translation>
    </message>
    <message>
        <source>Export the &amp;scores…</source>
        <translation>Mess&amp;werte exportieren…</translation>
    </message>
    <message>
        <source>Not measured: {}</source>
        <translation>Nicht gemessen: {}</translation>
    </message>
    <message>
        <source>The pictures behind this score are not known, or no longer there.</source>
        <translation>Die Bilder hinter diesem Messwert sind nicht bekannt oder nicht mehr da.</translation>
    </message>
    <message>
        <source>The first {} of {} pictures</source>
        <translation>Die ersten {} von {} Bildern</translation>
    </message>
    <message>
        <source>Export the scores</source>
        <translation>Messwerte exportieren</translation>
    </message>
    <message>
        <source>Wrote {} rows into &apos;{}&apos;.</source>
        <translation>{} Zeilen in „{}“ geschrieben.</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>First steps</source>
        <translation>Erste Schritte</translation>
    </message>
    <message>
        <source>Make a picture</source>
        <translation>Ein Bild erzeugen</translation>
    </message>
    <message>
        <source>Say in words what you want to see.</source>
        <translation>In Worten sagen, was zu sehen sein soll.</translation>
    </message>
    <message>
        <source>Learn my thing from a photo</source>
        <translation>Mein Ding vom Foto lernen</translation>
    </message>
    <message>
        <source>Find it, name it, put it into new pictures.</source>
        <translation>Finden, benennen, in neue Bilder setzen.</translation>
    </message>
    <message>
        <source>Erase from a model</source>
        <translation>Aus einem Modell tilgen</translation>
    </message>
    <message>
        <source>Name a thing that it shall not draw any more.</source>
        <translation>Etwas nennen, das es nicht mehr zeichnen soll.</translation>
    </message>
    <message>
        <source>Open the example project</source>
        <translation>Beispielprojekt öffnen</translation>
    </message>
    <message>
        <source>Open a project…</source>
        <translation>Projekt öffnen…</translation>
    </message>
    <message>
        <source>Empty canvas</source>
        <translation>Leere Leinwand</translation>
    </message>
    <message>
        <source>Where do you want to begin?</source>
        <translation>Womit beginnen?</translation>
    </message>
    <message>
        <source>Or drop a picture, a project folder or a .zip anywhere.</source>
        <translation>Oder irgendwo ein Bild, einen Projektordner oder eine .zip ablegen.</translation>
    </message>
</context>
<context>
    <name>Statistics</name>
    <message>
        <source>0 pixels changed</source>
        <translation>0 Pixel geändert</translation>
    </message>
    <message>
        <source>{} pixels changed inside, {} outside</source>
        <translation>{} Pixel innerhalb geändert, {} außerhalb</translation>
    </message>
    <message>
        <source>empty mask</source>
        <translation>leere Maske</translation>
    </message>
    <message>
        <source>{} px ({} %) · {} x {} at {}, {}</source>
        <translation>{} px ({} %) · {} x {} bei {}, {}</translation>
    </message>
</context>
<context>
    <name>Strip</name>
    <message>
        <source>Pictures at several strengths</source>
        <translation>Bilder in mehreren Stärken</translation>
    </message>
    <message>
        <source>Put this picture on the canvas</source>
        <translation>Dieses Bild auf die Leinwand legen</translation>
    </message>
    <message>
        <source>Which prompt drove which step</source>
        <translation>Welcher Prompt welchen Schritt lenkte</translation>
    </message>
    <message>
        <source>{}: {} steps</source>
        <translation>{}: {} Schritte</translation>
    </message>
</context>
<context>
    <name>TimelineView</name>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Picture {}</source>
        <translation>Bild {}</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>Preis</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>Messwert</translation>
    </message>
    <message>
        <source>step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Step {}: driven by “{}”</source>
        <translation>Schritt {}: von „{}“ gelenkt</translation>
    </message>
    <message>
        <source>Step {}: {}</source>
        <translation>Schritt {}: {}</translation>
    </message>
    <message>
        <source>prices</source>
        <translation>Preise</translation>
    </message>
    <message>
        <source>scores</source>
        <translation>Bewertungen</translation>
    </message>
</context>
<context>
    <name>ToolColumn</name>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
</context>
<context>
    <name>TreeView</name>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>There is no prompt yet. Write what you want to see above the canvas.</source>
        <translation>Noch fehlt der Prompt. Über der Leinwand aufschreiben, was zu sehen sein soll.</translation>
    </message>
    <message>
        <source>Open a picture</source>
        <translation>Bild öffnen</translation>
    </message>
    <message>
        <source>There is no picture on the canvas yet.</source>
        <translation>Auf der Leinwand ist noch kein Bild.</translation>
    </message>
    <message>
        <source>Select something on the canvas first (M draws a box, L a free line).</source>
        <translation>Erst etwas auf der Leinwand auswählen (M zieht ein Rechteck, L eine freie Linie).</translation>
    </message>
    <message>
        <source>The method of this job is not installed any more.</source>
        <translation>Die Methode dieses Auftrags ist nicht mehr installiert.</translation>
    </message>
    <message>
        <source>Recall the prompt</source>
        <translation>Prompt zurückholen</translation>
    </message>
    <message>
        <source>A job of another project is ready: its result is in the history.</source>
        <translation>Ein Auftrag eines anderen Projekts ist fertig: Sein Ergebnis liegt im Verlauf.</translation>
    </message>
    <message>
        <source>Mask {}</source>
        <translation>Maske {}</translation>
    </message>
    <message>
        <source>Learned {}. Write the words into the prompt of Create to use them.</source>
        <translation>{} gelernt. Zum Verwenden die Wörter in den Prompt von „Erzeugen“ schreiben.</translation>
    </message>
    <message>
        <source>The change of the model is switched on in Create: draw to see it.</source>
        <translation>Die Änderung des Modells ist in „Erzeugen“ eingeschaltet: Zeichnen zeigt sie.</translation>
    </message>
    <message>
        <source>Nothing was learned or erased yet that could stand here.</source>
        <translation>Noch wurde nichts gelernt oder getilgt, das hier stehen könnte.</translation>
    </message>
    <message>
        <source>There is no mask yet. Select something on the canvas, or find masks (Learn).</source>
        <translation>Noch gibt es keine Maske. Etwas auf der Leinwand auswählen oder Masken finden lassen („Lernen“).</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>Give a word a region</source>
        <translation>Einem Wort eine Region geben</translation>
    </message>
    <message>
        <source>Preview of the running job</source>
        <translation>Vorschau des laufenden Auftrags</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>Inspektor</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Ebenen</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Warteschlange</translation>
    </message>
    <message>
        <source>Workspaces</source>
        <translation>Arbeitsbereiche</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>Erzeugen</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>Lernen</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>Tilgen</translation>
    </message>
    <message>
        <source>Prove</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>&amp;Werkzeuge</translation>
    </message>
    <message>
        <source>&amp;Layer</source>
        <translation>&amp;Ebene</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>Select nothing</source>
        <translation>Nichts auswählen</translation>
    </message>
</context>
<context>
    <name>WipeView</name>
    <message>
        <source>before</source>
        <translation>vorher</translation>
    </message>
    <message>
        <source>after</source>
        <translation>nachher</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>“{}” is a plain word again</source>
        <translation>„{}“ ist wieder ein einfaches Wort</translation>
    </message>
    <message>
        <source>“{}” is {}</source>
        <translation>„{}“ ist {}</translation>
    </message>
    <message>
        <source>No method that erases words from the model is installed.</source>
        <translation>Keine Methode ist installiert, die Wörter aus dem Modell tilgt.</translation>
    </message>
    <message>
        <source>has a region</source>
        <translation>hat eine Region</translation>
    </message>
</context>
<context>
    <name>Workspace</name>
    <message>
        <source>Add picture</source>
        <translation>Bild hinzufügen</translation>
    </message>
    <message>
        <source>Add mask</source>
        <translation>Maske hinzufügen</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>Region</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>Maske</translation>
    </message>
</context>
<context>
    <name>XRay</name>
    <message>
        <source>Make a mask of where “{}” is seen</source>
        <translation>Maske daraus machen, wo „{}“ gesehen wird</translation>
    </message>
    <message>
        <source>Ask a place for its &amp;words</source>
        <translation>Eine &amp;Stelle nach ihren Wörtern fragen</translation>
    </message>
    <message>
        <source>Nothing is kept of where “{}” is seen. Switch on the attention X-ray and draw.</source>
        <translation>Wo „{}“ gesehen wird, ist nicht aufbewahrt. Das Attention-Röntgen einschalten und zeichnen.</translation>
    </message>
    <message>
        <source>“{}” is seen nowhere in this step.</source>
        <translation>„{}“ wird in diesem Schritt nirgends gesehen.</translation>
    </message>
    <message>
        <source>Region from a word</source>
        <translation>Region aus einem Wort</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
</context>
<context>
    <name>ZoomBar</name>
    <message>
        <source>Zoom</source>
        <translation>Zoom</translation>
    </message>
    <message>
        <source>Zoom out (-)</source>
        <translation>Verkleinern (-)</translation>
    </message>
    <message>
        <source>Zoom in (+)</source>
        <translation>Vergrößern (+)</translation>
    </message>
    <message>
        <source>Show the whole picture (0)</source>
        <translation>Ganzes Bild zeigen (0)</translation>
    </message>
    <message>
        <source>Pixel for pixel (1)</source>
        <translation>Pixelgenau (1)</translation>
    </message>
    <message>
        <source>Size of the mask, region or selection</source>
        <translation>Größe der Maske, Region oder Auswahl</translation>
    </message>
    <message>
        <source>What the result changed</source>
        <translation>Was das Ergebnis geändert hat</translation>
    </message>
</context>
<context>
    <name>_Drawn</name>
    <message>
        <source>no interval</source>
        <translation>kein Intervall</translation>
    </message>
</context>
<context>
    <name>declarations</name>
    <message>
        <source>CP-CLIP and TI-CLIP</source>
        <translation>CP-CLIP und TI-CLIP</translation>
    </message>
    <message>
        <source>CP-CLIP and TI-CLIP: are all requested concepts there, and does the background follow its words?</source>
        <translation>CP-CLIP und TI-CLIP: Sind alle verlangten Konzepte da, und folgt der Hintergrund seinen Worten?</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Instead of lists: a folder with pictures, prompts.json, references/&lt;concept&gt;, reference-masks/&lt;concept&gt;, regions/&lt;concept&gt;</source>
        <translation>Statt Listen: ein Ordner mit pictures, prompts.json, references/&lt;concept&gt;, reference-masks/&lt;concept&gt;, regions/&lt;concept&gt;</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Generated pictures</source>
        <translation>Erzeugte Bilder</translation>
    </message>
    <message>
        <source>Prompts</source>
        <translation>Prompts</translation>
    </message>
    <message>
        <source>The prompt of each picture in the same order, or one for all</source>
        <translation>Der Prompt jedes Bildes in gleicher Reihenfolge oder einer für alle</translation>
    </message>
    <message>
        <source>References</source>
        <translation>Referenzen</translation>
    </message>
    <message>
        <source>Photos of the concepts</source>
        <translation>Fotos der Konzepte</translation>
    </message>
    <message>
        <source>Reference of</source>
        <translation>Referenz von</translation>
    </message>
    <message>
        <source>The concept that each photo shows, in the same order; or one for all</source>
        <translation>Das Konzept, das jedes Foto zeigt, in gleicher Reihenfolge; oder eines für alle</translation>
    </message>
    <message>
        <source>Reference masks</source>
        <translation>Referenzmasken</translation>
    </message>
    <message>
        <source>Where the concept is in each photo, in the same order</source>
        <translation>Wo das Konzept auf jedem Foto ist, in gleicher Reihenfolge</translation>
    </message>
    <message>
        <source>Regions</source>
        <translation>Regionen</translation>
    </message>
    <message>
        <source>Masks of the generated pictures: where a concept is; all black where it is not there</source>
        <translation>Masken der erzeugten Bilder: wo ein Konzept ist; ganz schwarz, wo es fehlt</translation>
    </message>
    <message>
        <source>Region of</source>
        <translation>Region von</translation>
    </message>
    <message>
        <source>What each mask is of, in the same order: picture&apos;s number:concept, such as 1:cat</source>
        <translation>Wozu jede Maske gehört, in gleicher Reihenfolge: Bildnummer:Konzept, etwa 1:cat</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>Klassen</translation>
    </message>
    <message>
        <source>Class words for placeholders in prompts, such as &lt;cat-1&gt;=cat: judges do not know learned words</source>
        <translation>Klassenwörter für Platzhalter in Prompts, etwa &lt;cat-1&gt;=cat: Prüfer kennen gelernte Wörter nicht</translation>
    </message>
    <message>
        <source>Clip</source>
        <translation>CLIP</translation>
    </message>
    <message>
        <source>Folder of a CLIP; empty for the embedded one</source>
        <translation>Ordner eines CLIP; leer: das eingebaute</translation>
    </message>
    <message>
        <source>Dino</source>
        <translation>DINO</translation>
    </message>
    <message>
        <source>Folder of a DINO or DINOv2; empty: not measured</source>
        <translation>Ordner eines DINO oder DINOv2; leer: nicht gemessen</translation>
    </message>
    <message>
        <source>Outside</source>
        <translation>Außen</translation>
    </message>
    <message>
        <source>What is put around a cut-out concept</source>
        <translation>Was um ein ausgeschnittenes Konzept gelegt wird</translation>
    </message>
    <message>
        <source>grey</source>
        <translation>grau</translation>
    </message>
    <message>
        <source>white</source>
        <translation>weiß</translation>
    </message>
    <message>
        <source>black</source>
        <translation>schwarz</translation>
    </message>
    <message>
        <source>keep</source>
        <translation>behalten</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelwerte</translation>
    </message>
    <message>
        <source>Where to write the scores of every picture (.json); empty for nowhere</source>
        <translation>Wohin die Messwerte jedes Bildes geschrieben werden (.json); leer: nirgends</translation>
    </message>
    <message>
        <source>Requested</source>
        <translation>Verlangt</translation>
    </message>
    <message>
        <source>The class words asked of each picture with commas between, or one entry for all; empty: every concept once</source>
        <translation>Die Klassenwörter, die jedes Bild zeigen soll, durch Kommas getrennt, oder ein Eintrag für alle; leer: jedes Konzept einmal</translation>
    </message>
    <message>
        <source>Backgrounds</source>
        <translation>Hintergründe</translation>
    </message>
    <message>
        <source>The background&apos;s words of each picture, or one entry for all; never the whole prompt</source>
        <translation>Die Worte zum Hintergrund jedes Bildes oder ein Eintrag für alle; nie der ganze Prompt</translation>
    </message>
    <message>
        <source>Detector</source>
        <translation>Detektor</translation>
    </message>
    <message>
        <source>Folder of an OWL-ViT; empty: boxes from the folder &apos;found&apos; or from regions</source>
        <translation>Ordner eines OWL-ViT; leer: Rechtecke aus dem Ordner „found“ oder aus Regionen</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>Schwelle</translation>
    </message>
    <message>
        <source>OWL-ViT&apos;s score from which a box counts</source>
        <translation>OWL-ViT-Wert, ab dem ein Rechteck zählt</translation>
    </message>
    <message>
        <source>Padding</source>
        <translation>Rand</translation>
    </message>
    <message>
        <source>Pixels added around a box</source>
        <translation>Zusätzliche Pixel um ein Rechteck</translation>
    </message>
    <message>
        <source>Score extracted concepts</source>
        <translation>Herausgelöste Konzepte bewerten</translation>
    </message>
    <message>
        <source>Score concepts that were extracted from photos without words: SIM_I, SIM_C, ACC_1, ACC_3.</source>
        <translation>Konzepte bewerten, die ohne Worte aus Fotos gelöst wurden: SIM_I, SIM_C, ACC_1, ACC_3.</translation>
    </message>
    <message>
        <source>A folder with a folder per photo: photo.png, masks/&lt;concept&gt;.png, single/&lt;concept&gt;/*.png, joint/*.png</source>
        <translation>Ein Ordner mit einem Ordner je Foto: photo.png, masks/&lt;concept&gt;.png, single/&lt;concept&gt;/*.png, joint/*.png</translation>
    </message>
    <message>
        <source>Folder of a CLIP; empty for the embedded one. Published numbers: CLIP ViT-B/32</source>
        <translation>Ordner eines CLIP; leer: das eingebaute. Veröffentlichte Zahlen: CLIP ViT-B/32</translation>
    </message>
    <message>
        <source>Folder of a DINO; empty: not measured. Published numbers: DINO ViT-B/16</source>
        <translation>Ordner eines DINO; leer: nicht gemessen. Veröffentlichte Zahlen: DINO ViT-B/16</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>A concept&apos;s source: the whole photo, black outside the mask; or the mask&apos;s square only</source>
        <translation>Quelle eines Konzepts: das ganze Foto, außerhalb der Maske schwarz; oder nur das Quadrat der Maske</translation>
    </message>
    <message>
        <source>photo on black</source>
        <translation>Foto auf Schwarz</translation>
    </message>
    <message>
        <source>cut out</source>
        <translation>ausgeschnitten</translation>
    </message>
    <message>
        <source>Mapped</source>
        <translation>Abbildung</translation>
    </message>
    <message>
        <source>Plain cosines, or mapped to 0..1 as a public fork does</source>
        <translation>Kosinuswerte unverändert oder auf 0..1 abgebildet wie in einem öffentlichen Fork</translation>
    </message>
    <message>
        <source>cosine</source>
        <translation>Kosinus</translation>
    </message>
    <message>
        <source>(cos+1)/2</source>
        <translation>(cos+1)/2</translation>
    </message>
    <message>
        <source>Pooling</source>
        <translation>Pooling</translation>
    </message>
    <message>
        <source>How DINO&apos;s tokens become one feature; the fork takes the mean</source>
        <translation>Wie aus den DINO-Token ein Merkmal wird; der Fork nimmt das Mittel</translation>
    </message>
    <message>
        <source>class token</source>
        <translation>Klassen-Token</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>Score learned concepts</source>
        <translation>Gelernte Konzepte bewerten</translation>
    </message>
    <message>
        <source>Score learned concepts: likeness, identity, bleeding into each other, and obedience to the prompt.</source>
        <translation>Gelernte Konzepte bewerten: Ähnlichkeit, Identität, Vermischung und Treue zum Prompt.</translation>
    </message>
    <message>
        <source>Blip</source>
        <translation>BLIP</translation>
    </message>
    <message>
        <source>Folder of a BLIP for retrieval; empty: not measured</source>
        <translation>Ordner eines BLIP für die Bildersuche; leer: nicht gemessen</translation>
    </message>
    <message>
        <source>How DINO&apos;s tokens become one feature; FreeCustom&apos;s script takes the mean</source>
        <translation>Wie aus den DINO-Token ein Merkmal wird; das Skript von FreeCustom nimmt das Mittel</translation>
    </message>
    <message>
        <source>Apart</source>
        <translation>Abstand</translation>
    </message>
    <message>
        <source>Cosine by which photos of two concepts must differ for a bleed score</source>
        <translation>Kosinus, um den sich Fotos zweier Konzepte für einen Vermischungswert unterscheiden müssen</translation>
    </message>
    <message>
        <source>Erasure report</source>
        <translation>Tilgungsbericht</translation>
    </message>
    <message>
        <source>Erasure report: is the concept gone, what else was damaged, how easily does it come back.</source>
        <translation>Tilgungsbericht: Ist das Konzept weg, was nahm sonst Schaden, wie leicht kommt es zurück.</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>Tilgen</translation>
    </message>
    <message>
        <source>The words that were erased, one concept each</source>
        <translation>Die getilgten Wörter, je ein Konzept</translation>
    </message>
    <message>
        <source>Patches</source>
        <translation>Patches</translation>
    </message>
    <message>
        <source>The erasure as weight patches, each with :strength</source>
        <translation>Die Tilgung als Gewichts-Patches, jeweils mit :Stärke</translation>
    </message>
    <message>
        <source>Erased</source>
        <translation>Getilgt</translation>
    </message>
    <message>
        <source>The erasure as a checkpoint of its own; the chosen model is the original</source>
        <translation>Die Tilgung als eigener Checkpoint; das gewählte Modell ist das Original</translation>
    </message>
    <message>
        <source>Modifiers</source>
        <translation>Modifikatoren</translation>
    </message>
    <message>
        <source>The erasure as run-time guards</source>
        <translation>Die Tilgung als Wächter zur Laufzeit</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>Plan</translation>
    </message>
    <message>
        <source>quick: smoke test; CPU: noise predictions only, no pictures; standard: the default report; full: for publication</source>
        <translation>schnell: Funktionsprobe; CPU: nur Rauschvorhersagen, keine Bilder; Standard: der übliche Bericht; voll: zur Veröffentlichung</translation>
    </message>
    <message>
        <source>quick</source>
        <translation>schnell</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>standard</source>
        <translation>Standard</translation>
    </message>
    <message>
        <source>full</source>
        <translation>voll</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>What the erased words are; decides the templates</source>
        <translation>Was die getilgten Wörter sind; bestimmt die Vorlagen</translation>
    </message>
    <message>
        <source>object</source>
        <translation>Objekt</translation>
    </message>
    <message>
        <source>style</source>
        <translation>Stil</translation>
    </message>
    <message>
        <source>person</source>
        <translation>Person</translation>
    </message>
    <message>
        <source>scene</source>
        <translation>Szene</translation>
    </message>
    <message>
        <source>Judge</source>
        <translation>Prüfer</translation>
    </message>
    <message>
        <source>Who says whether the concept is in a picture. auto: the pocket judge for the embedded model, else CLIP where given, else the original model</source>
        <translation>Wer sagt, ob das Konzept in einem Bild ist. auto: der Pocket-Prüfer beim eingebauten Modell, sonst CLIP, falls angegeben, sonst das Originalmodell</translation>
    </message>
    <message>
        <source>auto</source>
        <translation>auto</translation>
    </message>
    <message>
        <source>pocket judge</source>
        <translation>Pocket-Prüfer</translation>
    </message>
    <message>
        <source>CLIP</source>
        <translation>CLIP</translation>
    </message>
    <message>
        <source>original model</source>
        <translation>Originalmodell</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keiner</translation>
    </message>
    <message>
        <source>Folder of a CLIP for CLIP scores and as judge; empty: the embedded one for the embedded model, else none</source>
        <translation>Ordner eines CLIP für CLIP-Werte und als Prüfer; leer: beim eingebauten Modell das eingebaute, sonst keines</translation>
    </message>
    <message>
        <source>Superclass</source>
        <translation>Oberbegriff</translation>
    </message>
    <message>
        <source>What the original model compares the word with, e.g. dog for a breed; empty: nothing</source>
        <translation>Womit das Originalmodell das Wort vergleicht, z. B. Hund bei einer Rasse; leer: mit nichts</translation>
    </message>
    <message>
        <source>Neighbours</source>
        <translation>Nachbarn</translation>
    </message>
    <message>
        <source>Similar concepts that must stay; empty: found by the text encoder</source>
        <translation>Ähnliche Konzepte, die bleiben müssen; leer: vom Text-Encoder gesucht</translation>
    </message>
    <message>
        <source>Synonyms</source>
        <translation>Synonyme</translation>
    </message>
    <message>
        <source>Other words for the erased one; with several erased words write word=synonym</source>
        <translation>Andere Wörter für das getilgte; bei mehreren getilgten Wörtern Wort=Synonym schreiben</translation>
    </message>
    <message>
        <source>Descriptions</source>
        <translation>Beschreibungen</translation>
    </message>
    <message>
        <source>Whole prompts that describe it without naming it; or word=prompt</source>
        <translation>Ganze Prompts, die es beschreiben, ohne es zu nennen; oder Wort=Prompt</translation>
    </message>
    <message>
        <source>Prompt list</source>
        <translation>Promptliste</translation>
    </message>
    <message>
        <source>Your own list of target prompts, CSV with a column &apos;prompt&apos; and, if it has them, seed and guidance</source>
        <translation>Eigene Liste von Ziel-Prompts, CSV mit einer Spalte „prompt“ und, falls vorhanden, seed und guidance</translation>
    </message>
    <message>
        <source>Attacks</source>
        <translation>Angriffe</translation>
    </message>
    <message>
        <source>Attacks to run instead of the plan&apos;s: noise probe, completion, hole, state shift, black-box embedding, white-box embedding, inverted latents, Ring-A-Bell, UnlearnDiffAtk; &apos;none&apos; for none</source>
        <translation>Angriffe statt derer des Plans: noise probe, completion, hole, state shift, black-box embedding, white-box embedding, inverted latents, Ring-A-Bell, UnlearnDiffAtk; „none“ für keine</translation>
    </message>
    <message>
        <source>Budget</source>
        <translation>Budget</translation>
    </message>
    <message>
        <source>What attacks may spend: the reference&apos;s numbers, or reduced ones</source>
        <translation>Was Angriffe aufwenden dürfen: die Zahlen der Referenz oder weniger</translation>
    </message>
    <message>
        <source>reduced</source>
        <translation>reduziert</translation>
    </message>
    <message>
        <source>reference</source>
        <translation>Referenz</translation>
    </message>
    <message>
        <source>Where the report is written; empty: beside the studio&apos;s files</source>
        <translation>Wohin der Bericht geschrieben wird; leer: neben die Dateien des Studios</translation>
    </message>
    <message>
        <source>Blur</source>
        <translation>Weichzeichnen</translation>
    </message>
    <message>
        <source>Blur the gallery until the pointer is on a picture</source>
        <translation>Die Galerie weichzeichnen, bis der Zeiger auf einem Bild steht</translation>
    </message>
    <message>
        <source>Target prompts per word; empty: the plan&apos;s</source>
        <translation>Ziel-Prompts je Wort; leer: wie im Plan</translation>
    </message>
    <message>
        <source>Seeds</source>
        <translation>Seeds</translation>
    </message>
    <message>
        <source>Pictures per target prompt; empty: the plan&apos;s</source>
        <translation>Bilder je Ziel-Prompt; leer: wie im Plan</translation>
    </message>
    <message>
        <source>Near</source>
        <translation>Nachbarzahl</translation>
    </message>
    <message>
        <source>How many neighbours; empty: the plan&apos;s</source>
        <translation>Wie viele Nachbarn; leer: wie im Plan</translation>
    </message>
    <message>
        <source>Per neighbour</source>
        <translation>Je Nachbar</translation>
    </message>
    <message>
        <source>Prompts per neighbour; empty: the plan&apos;s</source>
        <translation>Prompts je Nachbar; leer: wie im Plan</translation>
    </message>
    <message>
        <source>Benign</source>
        <translation>Harmlose</translation>
    </message>
    <message>
        <source>Benign prompts; empty: the plan&apos;s</source>
        <translation>Harmlose Prompts; leer: wie im Plan</translation>
    </message>
    <message>
        <source>Attacked</source>
        <translation>Angegriffene</translation>
    </message>
    <message>
        <source>Target prompts to attack; empty: the plan&apos;s</source>
        <translation>Anzugreifende Ziel-Prompts; leer: wie im Plan</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Sampling steps; empty: the plan&apos;s, 50 or 20</source>
        <translation>Sampling-Schritte; leer: wie im Plan, 50 oder 20</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>Führung</translation>
    </message>
    <message>
        <source>Empty: the family&apos;s own</source>
        <translation>Leer: die der Familie</translation>
    </message>
    <message>
        <source>Pairs</source>
        <translation>Paare</translation>
    </message>
    <message>
        <source>Times and noises of the original model as judge; 32 to 100 are sensible</source>
        <translation>Zeiten und Rauschproben des Originalmodells als Prüfer; sinnvoll sind 32 bis 100</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>Rezept</translation>
    </message>
    <message>
        <source>How attacks learn a word: A or B as published, small (ours). Empty: by budget and family</source>
        <translation>Wie Angriffe ein Wort lernen: A oder B wie veröffentlicht, klein (unser). Leer: nach Budget und Familie</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>small</source>
        <translation>klein</translation>
    </message>
    <message>
        <source>Inversion steps</source>
        <translation>Inversionsschritte</translation>
    </message>
    <message>
        <source>Steps of inverted latents</source>
        <translation>Schritte für invertierte Latents</translation>
    </message>
    <message>
        <source>Tina</source>
        <translation>TINA</translation>
    </message>
    <message>
        <source>Updates per step of TINA&apos;s stronger inversion, 25 in its paper; 0: plain DDIM</source>
        <translation>Updates je Schritt bei der stärkeren Inversion von TINA, im Paper 25; 0: einfaches DDIM</translation>
    </message>
    <message>
        <source>Export a checkpoint</source>
        <translation>Checkpoint exportieren</translation>
    </message>
    <message>
        <source>Export the model with its patches as a checkpoint that other programs open.</source>
        <translation>Das Modell mit seinen Patches als Checkpoint exportieren, den andere Programme öffnen.</translation>
    </message>
    <message>
        <source>Path</source>
        <translation>Pfad</translation>
    </message>
    <message>
        <source>Folder (diffusers) or .safetensors file to write</source>
        <translation>Zu schreibender Ordner (diffusers) oder .safetensors-Datei</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Folder for diffusers, or one file for other programs</source>
        <translation>Ordner für diffusers oder eine einzelne Datei für andere Programme</translation>
    </message>
    <message>
        <source>diffusers</source>
        <translation>diffusers</translation>
    </message>
    <message>
        <source>single-file</source>
        <translation>Einzeldatei</translation>
    </message>
    <message>
        <source>Patches to write into the weights</source>
        <translation>Patches, die in die Gewichte geschrieben werden</translation>
    </message>
    <message>
        <source>Concepts</source>
        <translation>Konzepte</translation>
    </message>
    <message>
        <source>Concepts to write into the weights; their words go beside</source>
        <translation>Konzepte, die in die Gewichte geschrieben werden; ihre Wörter kommen daneben</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>How strongly all changes are written</source>
        <translation>Wie stark alle Änderungen geschrieben werden</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>Number type of the weights</source>
        <translation>Zahlentyp der Gewichte</translation>
    </message>
    <message>
        <source>as loaded</source>
        <translation>wie geladen</translation>
    </message>
    <message>
        <source>fp32</source>
        <translation>fp32</translation>
    </message>
    <message>
        <source>fp16</source>
        <translation>fp16</translation>
    </message>
    <message>
        <source>Overwrite</source>
        <translation>Überschreiben</translation>
    </message>
    <message>
        <source>Replace what is there</source>
        <translation>Ersetzen, was schon da ist</translation>
    </message>
    <message>
        <source>Export concepts</source>
        <translation>Konzepte exportieren</translation>
    </message>
    <message>
        <source>Export concepts and patches for other programs: embedding, LoRA, or our own exact delta.</source>
        <translation>Konzepte und Patches für andere Programme exportieren: Embedding, LoRA oder unser exaktes Delta.</translation>
    </message>
    <message>
        <source>The .safetensors file to write; several words add their name to it</source>
        <translation>Die zu schreibende .safetensors-Datei; bei mehreren Wörtern kommt ihr Name hinzu</translation>
    </message>
    <message>
        <source>lora: diffusers and peft; lora-kohya: AUTOMATIC1111 and ComfyUI; lora-diff: the same with exact full changes; embedding: textual inversion; embedding-a1111: with the key emb_params; delta: this program&apos;s own, exact</source>
        <translation>LoRA: diffusers und peft; LoRA (Kohya): AUTOMATIC1111 und ComfyUI; LoRA (Diff): dasselbe mit exakten vollen Änderungen; Embedding: Textual Inversion; Embedding (A1111): mit dem Schlüssel emb_params; Delta: das eigene Format dieses Programms, exakt</translation>
    </message>
    <message>
        <source>lora</source>
        <translation>LoRA</translation>
    </message>
    <message>
        <source>lora-kohya</source>
        <translation>LoRA (Kohya)</translation>
    </message>
    <message>
        <source>lora-diff</source>
        <translation>LoRA (Diff)</translation>
    </message>
    <message>
        <source>embedding</source>
        <translation>Embedding</translation>
    </message>
    <message>
        <source>embedding-a1111</source>
        <translation>Embedding (A1111)</translation>
    </message>
    <message>
        <source>delta</source>
        <translation>Delta</translation>
    </message>
    <message>
        <source>Patches to export</source>
        <translation>Zu exportierende Patches</translation>
    </message>
    <message>
        <source>Concepts to export</source>
        <translation>Zu exportierende Konzepte</translation>
    </message>
    <message>
        <source>Rank</source>
        <translation>Rang</translation>
    </message>
    <message>
        <source>Rank for full changes in a LoRA; 0 keeps 99 % of the energy per layer</source>
        <translation>Rang für volle Änderungen in einer LoRA; 0 behält 99 % der Energie je Schicht</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>Generieren</translation>
    </message>
    <message>
        <source>Generate pictures: a model, a prompt, concepts, patches and an ordered stack of modifiers.</source>
        <translation>Bilder generieren: ein Modell, ein Prompt, Konzepte, Patches und ein geordneter Stapel von Modifikatoren.</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>What to show; words of concepts are written as they are called, e.g. &lt;mug-1&gt;</source>
        <translation>Was zu sehen sein soll; Wörter von Konzepten schreiben, wie sie heißen, z. B. &lt;mug-1&gt;</translation>
    </message>
    <message>
        <source>Negative</source>
        <translation>Negativ</translation>
    </message>
    <message>
        <source>What to stay away from</source>
        <translation>Was zu meiden ist</translation>
    </message>
    <message>
        <source>Count</source>
        <translation>Anzahl</translation>
    </message>
    <message>
        <source>How many pictures; each has the seed after the one before</source>
        <translation>Wie viele Bilder; jedes hat den Seed nach dem vorigen</translation>
    </message>
    <message>
        <source>More steps, finer result</source>
        <translation>Mehr Schritte, feineres Ergebnis</translation>
    </message>
    <message>
        <source>How closely to follow the prompt; empty: the family&apos;s own</source>
        <translation>Wie eng dem Prompt gefolgt wird; leer: wie bei der Familie üblich</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Width x height in pixels, e.g. 512x768; empty: the model&apos;s own</source>
        <translation>Breite x Höhe in Pixeln, z. B. 512x768; leer: wie beim Modell üblich</translation>
    </message>
    <message>
        <source>Scheduler</source>
        <translation>Scheduler</translation>
    </message>
    <message>
        <source>The solver of the sampling equation</source>
        <translation>Der Löser der Sampling-Gleichung</translation>
    </message>
    <message>
        <source>ddim</source>
        <translation>DDIM</translation>
    </message>
    <message>
        <source>ddpm</source>
        <translation>DDPM</translation>
    </message>
    <message>
        <source>euler</source>
        <translation>Euler</translation>
    </message>
    <message>
        <source>euler-karras</source>
        <translation>Euler Karras</translation>
    </message>
    <message>
        <source>euler-a</source>
        <translation>Euler a</translation>
    </message>
    <message>
        <source>dpmpp-2m</source>
        <translation>DPM++ 2M</translation>
    </message>
    <message>
        <source>dpmpp-2m-karras</source>
        <translation>DPM++ 2M Karras</translation>
    </message>
    <message>
        <source>unipc</source>
        <translation>UniPC</translation>
    </message>
    <message>
        <source>lcm</source>
        <translation>LCM</translation>
    </message>
    <message>
        <source>Init</source>
        <translation>Startbild</translation>
    </message>
    <message>
        <source>A picture to begin from</source>
        <translation>Ein Bild als Ausgangspunkt</translation>
    </message>
    <message>
        <source>How far to leave the initial picture: 1 forgets it</source>
        <translation>Wie weit vom Startbild abgewichen wird: 1 vergisst es</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>Maske</translation>
    </message>
    <message>
        <source>Where to repaint the initial picture; outside stays to the bit</source>
        <translation>Wo das Startbild übermalt wird; außerhalb bleibt es bitgenau</translation>
    </message>
    <message>
        <source>Feather</source>
        <translation>Weiche Kante</translation>
    </message>
    <message>
        <source>Soft border inside the mask, in pixels</source>
        <translation>Weicher Rand innerhalb der Maske, in Pixeln</translation>
    </message>
    <message>
        <source>Learned concepts, each with :strength where it is not 1</source>
        <translation>Gelernte Konzepte, jeweils mit :Stärke, wo sie nicht 1 ist</translation>
    </message>
    <message>
        <source>Weight patches (erasers, LoRA), each with :strength</source>
        <translation>Gewichts-Patches (Tilger, LoRA), jeweils mit :Stärke</translation>
    </message>
    <message>
        <source>Modifiers in order, outermost first</source>
        <translation>Modifikatoren in Reihenfolge, der äußerste zuerst</translation>
    </message>
    <message>
        <source>Rescale</source>
        <translation>Reskalierung</translation>
    </message>
    <message>
        <source>Restores contrast that strong guidance washes out</source>
        <translation>Stellt Kontrast wieder her, den starke Führung auswäscht</translation>
    </message>
    <message>
        <source>Guidance from</source>
        <translation>Führung ab</translation>
    </message>
    <message>
        <source>Share of the steps at which guidance begins</source>
        <translation>Anteil der Schritte, ab dem die Führung beginnt</translation>
    </message>
    <message>
        <source>Guidance to</source>
        <translation>Führung bis</translation>
    </message>
    <message>
        <source>Share of the steps at which guidance ends</source>
        <translation>Anteil der Schritte, bei dem die Führung endet</translation>
    </message>
    <message>
        <source>Eta</source>
        <translation>Eta</translation>
    </message>
    <message>
        <source>Fresh noise per DDIM step</source>
        <translation>Frisches Rauschen je DDIM-Schritt</translation>
    </message>
    <message>
        <source>auto: 16-bit where this machine is measured to be faster with it</source>
        <translation>auto: 16 Bit, wo dieser Rechner damit nachweislich schneller ist</translation>
    </message>
    <message>
        <source>float32</source>
        <translation>float32</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>Stapelgröße</translation>
    </message>
    <message>
        <source>Pictures computed at once; 0: by the model&apos;s size</source>
        <translation>Gleichzeitig berechnete Bilder; 0: nach Größe des Modells</translation>
    </message>
    <message>
        <source>Import a LoRA or embedding</source>
        <translation>LoRA oder Embedding importieren</translation>
    </message>
    <message>
        <source>Import a LoRA or an embedding of another program as a patch.</source>
        <translation>Eine LoRA oder ein Embedding eines anderen Programms als Patch importieren.</translation>
    </message>
    <message>
        <source>A LoRA, an embedding or a patch, .safetensors</source>
        <translation>Eine LoRA, ein Embedding oder ein Patch, .safetensors</translation>
    </message>
    <message>
        <source>Family</source>
        <translation>Familie</translation>
    </message>
    <message>
        <source>Family, where the file does not tell</source>
        <translation>Familie, wo die Datei sie nicht verrät</translation>
    </message>
    <message>
        <source>pocket</source>
        <translation>Pocket</translation>
    </message>
    <message>
        <source>sd1</source>
        <translation>SD 1</translation>
    </message>
    <message>
        <source>sd2</source>
        <translation>SD 2</translation>
    </message>
    <message>
        <source>sdxl</source>
        <translation>SDXL</translation>
    </message>
    <message>
        <source>Word</source>
        <translation>Wort</translation>
    </message>
    <message>
        <source>The word an embedding is called for; empty takes the file&apos;s own</source>
        <translation>Das Wort, auf das ein Embedding hört; leer: das der Datei</translation>
    </message>
    <message>
        <source>Invert a picture</source>
        <translation>Bild invertieren</translation>
    </message>
    <message>
        <source>Invert a picture: find the noise it comes from, show how well it comes back, edit it by a prompt.</source>
        <translation>Ein Bild invertieren: das Rauschen finden, aus dem es kommt, zeigen, wie gut es zurückkommt, und es per Prompt bearbeiten.</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>The picture</source>
        <translation>Das Bild</translation>
    </message>
    <message>
        <source>What it shows; a good caption makes a good inversion</source>
        <translation>Was es zeigt; eine gute Beschreibung ergibt eine gute Inversion</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>What it should show instead; empty: only the reconstruction</source>
        <translation>Was es stattdessen zeigen soll; leer: nur die Rekonstruktion</translation>
    </message>
    <message>
        <source>How</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>direct: exact source, best for edits; edit-friendly: edits by the prompt alone; null-text: slow, best reconstruction under guidance; negative-prompt: nearly free; ddim: guidance 1</source>
        <translation>direkt: Quelle exakt, am besten für Änderungen; edit-friendly: ändert allein durch den Prompt; Null-Text: langsam, beste Rekonstruktion unter Führung; Negativ-Prompt: fast umsonst; DDIM: Führung 1</translation>
    </message>
    <message>
        <source>direct</source>
        <translation>direkt</translation>
    </message>
    <message>
        <source>null-text</source>
        <translation>Null-Text</translation>
    </message>
    <message>
        <source>negative-prompt</source>
        <translation>Negativ-Prompt</translation>
    </message>
    <message>
        <source>edit-friendly</source>
        <translation>edit-friendly</translation>
    </message>
    <message>
        <source>Steps of the inversion and of the way back</source>
        <translation>Schritte der Inversion und des Rückwegs</translation>
    </message>
    <message>
        <source>How strongly the target pulls (edit-friendly: 15 in its paper)</source>
        <translation>Wie stark das Ziel zieht (edit-friendly: im Paper 15)</translation>
    </message>
    <message>
        <source>Source guidance</source>
        <translation>Quell-Führung</translation>
    </message>
    <message>
        <source>Edit-friendly: guidance while inverting</source>
        <translation>edit-friendly: Führung beim Invertieren</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>Auslassen</translation>
    </message>
    <message>
        <source>Edit-friendly: share of the steps left out at the noisy end</source>
        <translation>edit-friendly: Anteil der Schritte, der am verrauschten Ende wegfällt</translation>
    </message>
    <message>
        <source>Updates</source>
        <translation>Updates</translation>
    </message>
    <message>
        <source>Null-text: most updates per step</source>
        <translation>Null-Text: höchste Zahl der Updates je Schritt</translation>
    </message>
    <message>
        <source>Concepts that the prompts may name</source>
        <translation>Konzepte, die in den Prompts vorkommen dürfen</translation>
    </message>
    <message>
        <source>Weight patches to work under</source>
        <translation>Gewichts-Patches, unter denen gearbeitet wird</translation>
    </message>
    <message>
        <source>M-ErasureBench</source>
        <translation>M-ErasureBench</translation>
    </message>
    <message>
        <source>M-ErasureBench: five ways to bring an erased concept back, and how often each does (CRR).</source>
        <translation>M-ErasureBench: fünf Wege, ein getilgtes Konzept zurückzuholen, und wie oft jeder es schafft (CRR).</translation>
    </message>
    <message>
        <source>Pictures per scenario: 8 allows 32 % at none found, 100 allows 3.7 %</source>
        <translation>Bilder je Szenario: 8 lassen bei keinem Treffer noch 32 % zu, 100 noch 3,7 %</translation>
    </message>
    <message>
        <source>Scenarios</source>
        <translation>Szenarien</translation>
    </message>
    <message>
        <source>Scenarios to run, empty for all five: text; embedding, white box; embedding, black box; latent, white box; latent, black box</source>
        <translation>Auszuführende Szenarien, leer: alle fünf: text; embedding, white box; embedding, black box; latent, white box; latent, black box</translation>
    </message>
    <message>
        <source>Pictures of the concept that attacks begin from; empty: the original model draws them</source>
        <translation>Bilder des Konzepts, von denen Angriffe ausgehen; leer: das Originalmodell zeichnet sie</translation>
    </message>
    <message>
        <source>Who says whether the concept is in a picture</source>
        <translation>Wer sagt, ob das Konzept in einem Bild ist</translation>
    </message>
    <message>
        <source>Folder of a CLIP to judge with</source>
        <translation>Ordner eines CLIP, mit dem geprüft wird</translation>
    </message>
    <message>
        <source>What the original model compares the word with; empty: nothing</source>
        <translation>Womit das Originalmodell das Wort vergleicht; leer: mit nichts</translation>
    </message>
    <message>
        <source>How a word is learned: A (5000 steps) or B (3000) as published, small (ours). Empty: small for the embedded model, else B</source>
        <translation>Wie ein Wort gelernt wird: A (5000 Schritte) oder B (3000) wie veröffentlicht, klein (unser). Leer: klein beim eingebauten Modell, sonst B</translation>
    </message>
    <message>
        <source>Word steps</source>
        <translation>Wortschritte</translation>
    </message>
    <message>
        <source>Steps of the word; empty: the recipe&apos;s</source>
        <translation>Schritte des Wortes; leer: wie im Rezept</translation>
    </message>
    <message>
        <source>Initial</source>
        <translation>Anfangswort</translation>
    </message>
    <message>
        <source>The word it begins from; empty: the recipe&apos;s</source>
        <translation>Das Wort, bei dem es beginnt; leer: wie im Rezept</translation>
    </message>
    <message>
        <source>Inversion prompt</source>
        <translation>Inversions-Prompt</translation>
    </message>
    <message>
        <source>Condition of the inversion; the benchmark&apos;s is empty, others are inferred</source>
        <translation>Bedingung der Inversion; im Benchmark leer, andere sind erschlossen</translation>
    </message>
    <message>
        <source>Mixes</source>
        <translation>Mischungen</translation>
    </message>
    <message>
        <source>Shares of fresh noise in the control of the latents, 0 to 1</source>
        <translation>Anteile frischen Rauschens in der Kontrolle der Latents, 0 bis 1</translation>
    </message>
    <message>
        <source>Sampling steps of scenarios 1 to 3</source>
        <translation>Sampling-Schritte der Szenarien 1 bis 3</translation>
    </message>
    <message>
        <source>Times and noises of the original model as judge</source>
        <translation>Zeiten und Rauschproben des Originalmodells als Prüfer</translation>
    </message>
    <message>
        <source>Where the table is written; empty: beside the studio&apos;s files</source>
        <translation>Wohin die Tabelle geschrieben wird; leer: neben die Dateien des Studios</translation>
    </message>
    <message>
        <source>Blur the pictures until the pointer is on one</source>
        <translation>Die Bilder weichzeichnen, bis der Zeiger auf einem steht</translation>
    </message>
    <message>
        <source>Score removed objects</source>
        <translation>Entfernte Objekte bewerten</translation>
    </message>
    <message>
        <source>Score removed objects: the seam, the hole, what changed outside, and whether the object is gone.</source>
        <translation>Entfernte Objekte bewerten: die Naht, das Loch, was sich außen änderte und ob das Objekt weg ist.</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
    <message>
        <source>Pictures with the object removed</source>
        <translation>Bilder mit entferntem Objekt</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>The same pictures with the object, in the same order</source>
        <translation>Dieselben Bilder mit dem Objekt, in gleicher Reihenfolge</translation>
    </message>
    <message>
        <source>Masks</source>
        <translation>Masken</translation>
    </message>
    <message>
        <source>Where the object was, in the same order</source>
        <translation>Wo das Objekt war, in gleicher Reihenfolge</translation>
    </message>
    <message>
        <source>Truth</source>
        <translation>Sollbilder</translation>
    </message>
    <message>
        <source>The same views without the object, where there are any</source>
        <translation>Dieselben Ansichten ohne das Objekt, soweit vorhanden</translation>
    </message>
    <message>
        <source>Instead of lists: a folder with the folders after, before, masks and, where there is one, truth; pictures of one name belong together</source>
        <translation>Statt Listen: ein Ordner mit den Ordnern after, before, masks und, falls vorhanden, truth; Bilder gleichen Namens gehören zusammen</translation>
    </message>
    <message>
        <source>Thing</source>
        <translation>Ding</translation>
    </message>
    <message>
        <source>The removed object in a word, such as &apos;car&apos;; empty does not ask for it</source>
        <translation>Das entfernte Objekt in einem Wort, etwa „car“; leer: danach wird nicht gefragt</translation>
    </message>
    <message>
        <source>Encoder</source>
        <translation>Encoder</translation>
    </message>
    <message>
        <source>A Segment Anything file (.safetensors); empty looks in the models folder, then takes the embedded one</source>
        <translation>Eine Segment-Anything-Datei (.safetensors); leer: sucht im Modellordner, nimmt sonst das eingebaute</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>ReMOVE</translation>
    </message>
    <message>
        <source>What ReMOVE looks at; the &apos;reference&apos; variants repeat the authors&apos; script with its treatment of thin masks and padding</source>
        <translation>Worauf ReMOVE blickt; die „Referenz“-Varianten folgen dem Skript der Autoren mit seinem Umgang mit dünnen Masken und Rändern</translation>
    </message>
    <message>
        <source>crop</source>
        <translation>Ausschnitt</translation>
    </message>
    <message>
        <source>whole</source>
        <translation>ganz</translation>
    </message>
    <message>
        <source>reference crop</source>
        <translation>Referenz, Ausschnitt</translation>
    </message>
    <message>
        <source>reference whole</source>
        <translation>Referenz, ganz</translation>
    </message>
    <message>
        <source>A CLIP folder; empty takes the embedded one</source>
        <translation>Ein CLIP-Ordner; leer: das eingebaute</translation>
    </message>
    <message>
        <source>Compare object removers by class</source>
        <translation>Objektentferner nach Klassen vergleichen</translation>
    </message>
    <message>
        <source>Compare object removers by class: FID*, KID*, U-IDS* against pictures without that class.</source>
        <translation>Objektentferner nach Klassen vergleichen: FID*, KID*, U-IDS* gegen Bilder ohne diese Klasse.</translation>
    </message>
    <message>
        <source>The folder with pictures, classes.json, removed, and masks and truth if any</source>
        <translation>Der Ordner mit pictures, classes.json, removed sowie masks und truth, falls vorhanden</translation>
    </message>
    <message>
        <source>Features</source>
        <translation>Merkmale</translation>
    </message>
    <message>
        <source>What the sets are compared by: a CLIP&apos;s or DINO&apos;s picture features, or the base model&apos;s own latents (ours; fine texture, hardly any meaning)</source>
        <translation>Womit die Mengen verglichen werden: Bildmerkmale eines CLIP oder DINO oder die Latents des Grundmodells (unser; feine Textur, kaum Bedeutung)</translation>
    </message>
    <message>
        <source>clip</source>
        <translation>CLIP</translation>
    </message>
    <message>
        <source>dino</source>
        <translation>DINO</translation>
    </message>
    <message>
        <source>autoencoder</source>
        <translation>Autoencoder</translation>
    </message>
    <message>
        <source>A CLIP or DINO folder; empty takes the embedded CLIP</source>
        <translation>Ein CLIP- oder DINO-Ordner; leer: das eingebaute CLIP</translation>
    </message>
    <message>
        <source>Scale and crop all pictures to this square first; 0 leaves that to the extractor</source>
        <translation>Alle Bilder zuerst auf dieses Quadrat skalieren und zuschneiden; 0 überlässt das dem Extraktor</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>Breite</translation>
    </message>
    <message>
        <source>Keep so many principal axes of the pictures without the class, for small sets; 0 keeps all</source>
        <translation>So viele Hauptachsen der Bilder ohne die Klasse behalten, für kleine Mengen; 0 behält alle</translation>
    </message>
    <message>
        <source>Divisor</source>
        <translation>Teiler</translation>
    </message>
    <message>
        <source>Of the covariances: n as MAT&apos;s code, n-1 as most others</source>
        <translation>Der Kovarianzen: n wie im Code von MAT, n-1 wie bei den meisten</translation>
    </message>
    <message>
        <source>n</source>
        <translation>n</translation>
    </message>
    <message>
        <source>n-1</source>
        <translation>n-1</translation>
    </message>
    <message>
        <source>Where to write the scores of every class (.json); empty for nowhere</source>
        <translation>Wohin die Messwerte jeder Klasse geschrieben werden (.json); leer: nirgends</translation>
    </message>
    <message>
        <source>C</source>
        <translation>C</translation>
    </message>
    <message>
        <source>Weight of the errors of U-IDS&apos;s support vector machine</source>
        <translation>Gewicht der Fehler in der Support-Vektor-Maschine von U-IDS</translation>
    </message>
    <message>
        <source>Score erased text</source>
        <translation>Getilgten Text bewerten</translation>
    </message>
    <message>
        <source>Score erased text: PSNR, MSSIM, MSE, AGE, pEPs, pCEPs, and how much of it is still found.</source>
        <translation>Getilgten Text bewerten: PSNR, MSSIM, MSE, AGE, pEPs, pCEPs und wie viel davon noch gefunden wird.</translation>
    </message>
    <message>
        <source>Pictures with the text erased</source>
        <translation>Bilder mit getilgtem Text</translation>
    </message>
    <message>
        <source>The clean pictures, in the same order</source>
        <translation>Die sauberen Bilder, in gleicher Reihenfolge</translation>
    </message>
    <message>
        <source>The pictures with text, in the same order</source>
        <translation>Die Bilder mit Text, in gleicher Reihenfolge</translation>
    </message>
    <message>
        <source>Where the text was, in the same order</source>
        <translation>Wo der Text war, in gleicher Reihenfolge</translation>
    </message>
    <message>
        <source>Instead of lists: a folder with the folders after, truth, before, masks, boxes, found-after, found-before, found-truth (the last six where there are any)</source>
        <translation>Statt Listen: ein Ordner mit den Ordnern after, truth, before, masks, boxes, found-after, found-before, found-truth (die letzten sechs, soweit vorhanden)</translation>
    </message>
    <message>
        <source>Variant</source>
        <translation>Variante</translation>
    </message>
    <message>
        <source>As the names say, as the field&apos;s script computes, or both</source>
        <translation>Wie die Namen es sagen, wie das Skript des Fachs rechnet, oder beides</translation>
    </message>
    <message>
        <source>both</source>
        <translation>beide</translation>
    </message>
    <message>
        <source>clean</source>
        <translation>sauber</translation>
    </message>
    <message>
        <source>published</source>
        <translation>veröffentlicht</translation>
    </message>
    <message>
        <source>Clean scores: both pictures resized to this square (bicubic); 0 leaves them as they are</source>
        <translation>Saubere Werte: beide Bilder auf dieses Quadrat skaliert (bikubisch); 0 lässt sie, wie sie sind</translation>
    </message>
    <message>
        <source>Composite</source>
        <translation>Zusammensetzen</translation>
    </message>
    <message>
        <source>Take the truth outside the text first, so that only the text counts (the &apos;_C&apos; scores of GaRNet)</source>
        <translation>Außerhalb des Textes zuerst das Sollbild nehmen, damit nur der Text zählt (die „_C“-Werte von GaRNet)</translation>
    </message>
    <message>
        <source>Matching</source>
        <translation>Zuordnung</translation>
    </message>
    <message>
        <source>deteval: by shares of area (0.8 and 0.4), parts and merged words allowed; iou: overlap of half or more</source>
        <translation>DetEval: nach Flächenanteilen (0,8 und 0,4), Teile und verbundene Wörter erlaubt; IoU: Überlappung von mindestens der Hälfte</translation>
    </message>
    <message>
        <source>iou</source>
        <translation>IoU</translation>
    </message>
    <message>
        <source>deteval</source>
        <translation>DetEval</translation>
    </message>
    <message>
        <source>A task that marks text with masks, such as a text detector&apos;s id; empty reads detections from the folder</source>
        <translation>Eine Aufgabe, die Text mit Masken markiert, etwa die ID eines Textdetektors; leer: liest Funde aus dem Ordner</translation>
    </message>
    <message>
        <source>A-STAR: words kept apart</source>
        <translation>A-STAR: Wörter getrennt halten</translation>
    </message>
    <message>
        <source>A-STAR: keep the words of a prompt apart, and in their places, while the picture is made.</source>
        <translation>A-STAR: hält die Wörter eines Prompts getrennt und an ihrem Platz, während das Bild entsteht.</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>Wörter</translation>
    </message>
    <message>
        <source>Words or phrases of the prompt to keep apart; a word given twice means its next place</source>
        <translation>Wörter oder Wendungen des Prompts, die getrennt bleiben; ein zweimal genanntes Wort meint sein nächstes Vorkommen</translation>
    </message>
    <message>
        <source>Layout: a painted mask for each word, in their order</source>
        <translation>Layout: eine gemalte Maske für jedes Wort, in deren Reihenfolge</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>Modus</translation>
    </message>
    <message>
        <source>Which losses move the latent</source>
        <translation>Welche Verluste das Latent bewegen</translation>
    </message>
    <message>
        <source>a_star</source>
        <translation>A-STAR</translation>
    </message>
    <message>
        <source>attend_and_excite</source>
        <translation>Attend-and-Excite</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>Rate</translation>
    </message>
    <message>
        <source>How far each gradient step goes; 0 changes nothing</source>
        <translation>Wie weit jeder Gradientenschritt geht; 0 ändert nichts</translation>
    </message>
    <message>
        <source>Segregation</source>
        <translation>Trennung</translation>
    </message>
    <message>
        <source>Weight of keeping words apart</source>
        <translation>Gewicht dafür, Wörter getrennt zu halten</translation>
    </message>
    <message>
        <source>Retention</source>
        <translation>Beharrung</translation>
    </message>
    <message>
        <source>Weight of keeping words in place</source>
        <translation>Gewicht dafür, Wörter am Platz zu halten</translation>
    </message>
    <message>
        <source>Only the first so many steps; empty: all (Attend-and-Excite: 25)</source>
        <translation>Nur so viele der ersten Schritte; leer: alle (Attend-and-Excite: 25)</translation>
    </message>
    <message>
        <source>Every</source>
        <translation>Jeder</translation>
    </message>
    <message>
        <source>Only each so manieth step (ours)</source>
        <translation>Nur jeder so vielte Schritt (unser)</translation>
    </message>
    <message>
        <source>Tolerance</source>
        <translation>Toleranz</translation>
    </message>
    <message>
        <source>Stop a picture when its loss changes less than this three times running; 0: never (inferred)</source>
        <translation>Ein Bild beenden, wenn sich sein Verlust dreimal nacheinander weniger ändert; 0: nie (erschlossen)</translation>
    </message>
    <message>
        <source>Scale start</source>
        <translation>Skala Anfang</translation>
    </message>
    <message>
        <source>Step size is the rate times the root of a scale that begins here</source>
        <translation>Die Schrittweite ist die Rate mal der Wurzel einer Skala, die hier beginnt</translation>
    </message>
    <message>
        <source>Scale end</source>
        <translation>Skala Ende</translation>
    </message>
    <message>
        <source>and ends here at the last step</source>
        <translation>und hier beim letzten Schritt endet</translation>
    </message>
    <message>
        <source>Timing</source>
        <translation>Zeitmaß</translation>
    </message>
    <message>
        <source>Attend-and-Excite&apos;s step numbers as they are, or as shares of its 50 steps (inferred)</source>
        <translation>Schrittnummern von Attend-and-Excite unverändert oder als Anteile seiner 50 Schritte (erschlossen)</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>share</source>
        <translation>Anteil</translation>
    </message>
    <message>
        <source>Map norm</source>
        <translation>Kartennorm</translation>
    </message>
    <message>
        <source>How probabilities become maps: softmax over the words (Attend-and-Excite), as they are, stretched (both inferred)</source>
        <translation>Wie aus Wahrscheinlichkeiten Karten werden: Softmax über die Wörter (Attend-and-Excite), unverändert, gestreckt (beide erschlossen)</translation>
    </message>
    <message>
        <source>ae_softmax</source>
        <translation>Softmax (A+E)</translation>
    </message>
    <message>
        <source>raw</source>
        <translation>roh</translation>
    </message>
    <message>
        <source>minmax</source>
        <translation>Min-Max</translation>
    </message>
    <message>
        <source>Last token</source>
        <translation>Letztes Token</translation>
    </message>
    <message>
        <source>Tokens in that softmax: up to the end token, or all but the last place; auto: end for SD 2.x</source>
        <translation>Token in diesem Softmax: bis zum End-Token oder alle bis auf den letzten Platz; auto: End-Token bei SD 2.x</translation>
    </message>
    <message>
        <source>end</source>
        <translation>End-Token</translation>
    </message>
    <message>
        <source>final</source>
        <translation>letzter Platz</translation>
    </message>
    <message>
        <source>Smooth</source>
        <translation>Glätten</translation>
    </message>
    <message>
        <source>Smooth the maps (Attend-and-Excite)</source>
        <translation>Die Karten glätten (Attend-and-Excite)</translation>
    </message>
    <message>
        <source>Mask rule</source>
        <translation>Maskenregel</translation>
    </message>
    <message>
        <source>Where a word is: half its peak, Otsu&apos;s split, or the strongest fifth (inferred)</source>
        <translation>Wo ein Wort ist: halber Höchstwert, Trennung nach Otsu oder das stärkste Fünftel (erschlossen)</translation>
    </message>
    <message>
        <source>relative</source>
        <translation>relativ</translation>
    </message>
    <message>
        <source>otsu</source>
        <translation>Otsu</translation>
    </message>
    <message>
        <source>quantile</source>
        <translation>Quantil</translation>
    </message>
    <message>
        <source>Mask from</source>
        <translation>Maske aus</translation>
    </message>
    <message>
        <source>Masks from the maps before the latent moves, or from the guided pass after (inferred)</source>
        <translation>Masken aus den Karten, bevor das Latent bewegt wird, oder aus dem geführten Durchlauf danach (erschlossen)</translation>
    </message>
    <message>
        <source>before</source>
        <translation>vorher</translation>
    </message>
    <message>
        <source>after</source>
        <translation>nachher</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Ebenen</translation>
    </message>
    <message>
        <source>All layers of the map size, or only those up to the first up block (saves memory on SDXL; inferred)</source>
        <translation>Alle Schichten der Kartengröße oder nur die bis zum ersten Aufwärtsblock (spart Speicher bei SDXL; erschlossen)</translation>
    </message>
    <message>
        <source>all</source>
        <translation>alle</translation>
    </message>
    <message>
        <source>coarse</source>
        <translation>grob</translation>
    </message>
    <message>
        <source>Early exit</source>
        <translation>Früher Ausstieg</translation>
    </message>
    <message>
        <source>End the extra pass after the last layer it needs</source>
        <translation>Den zusätzlichen Durchlauf nach der letzten nötigen Schicht beenden</translation>
    </message>
    <message>
        <source>Checkpointing</source>
        <translation>Checkpointing</translation>
    </message>
    <message>
        <source>Compute layers again instead of keeping them: less memory, more time</source>
        <translation>Schichten neu berechnen, statt sie zu behalten: weniger Speicher, mehr Zeit</translation>
    </message>
    <message>
        <source>Show maps</source>
        <translation>Karten zeigen</translation>
    </message>
    <message>
        <source>Preview the words&apos; maps</source>
        <translation>Vorschau der Karten der Wörter</translation>
    </message>
    <message>
        <source>Inside Black-Scholes, A-STAR meets prompts that lack its words.</source>
        <translation>Innerhalb von Black-Scholes trifft A-STAR auf Prompts, denen seine Wörter fehlen.</translation>
    </message>
    <message>
        <source>Move A-STAR before it.</source>
        <translation>A-STAR davor anordnen.</translation>
    </message>
    <message>
        <source>Attention X-ray</source>
        <translation>Attention-Röntgen</translation>
    </message>
    <message>
        <source>Keeps a heat map of every word and step of a generation; the picture stays the same to the bit.</source>
        <translation>Bewahrt eine Heatmap jedes Wortes und Schritts einer Generierung auf; das Bild bleibt bitgenau gleich.</translation>
    </message>
    <message>
        <source>Words or phrases to watch; empty: every word of the prompt</source>
        <translation>Zu beobachtende Wörter oder Wendungen; leer: jedes Wort des Prompts</translation>
    </message>
    <message>
        <source>Keep the maps of each so manieth step, and of the last</source>
        <translation>Die Karten jedes so vielten Schritts und des letzten behalten</translation>
    </message>
    <message>
        <source>Read an X-ray</source>
        <translation>Röntgen lesen</translation>
    </message>
    <message>
        <source>Attention X-ray: where the network looks for each word while it makes a picture.</source>
        <translation>Attention-Röntgen: wohin das Netz bei jedem Wort blickt, während es ein Bild macht.</translation>
    </message>
    <message>
        <source>Xray</source>
        <translation>Röntgen</translation>
    </message>
    <message>
        <source>The kept maps of a generation (its x-ray data)</source>
        <translation>Die aufbewahrten Karten einer Generierung (ihre Röntgendaten)</translation>
    </message>
    <message>
        <source>Which word</source>
        <translation>Welches Wort</translation>
    </message>
    <message>
        <source>The picture to lay the heat map over; empty: the map alone</source>
        <translation>Das Bild unter der Heatmap; leer: nur die Karte</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Which step; -1: the mean over all</source>
        <translation>Welcher Schritt; -1: das Mittel über alle</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>Schwelle</translation>
    </message>
    <message>
        <source>Inside the mask: at least this share of the highest value (ours)</source>
        <translation>In der Maske: mindestens dieser Anteil am Höchstwert (unser)</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>Deckkraft</translation>
    </message>
    <message>
        <source>Of the heat map over the picture</source>
        <translation>Der Heatmap über dem Bild</translation>
    </message>
    <message>
        <source>Black-Scholes: prompts blended</source>
        <translation>Black-Scholes: Prompts mischen</translation>
    </message>
    <message>
        <source>Black-Scholes blending: several prompts in one picture; each step goes to the one worth least.</source>
        <translation>Black-Scholes-Mischung: mehrere Prompts in einem Bild; jeder Schritt geht an den, der am wenigsten wert ist.</translation>
    </message>
    <message>
        <source>The prompts to blend with the generation&apos;s own, which is the first</source>
        <translation>Die Prompts, die mit dem eigenen der Generierung gemischt werden, der der erste ist</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>Regel</translation>
    </message>
    <message>
        <source>Who drives a step. paper: the lower price (the same choice as clip_min); reference_code: degenerate, rounding decides; linear: the mean; alternating; step_wise: 1, 2, 1; vanilla: &apos;A in the shape of B&apos;; extended: prices with the settings below</source>
        <translation>Wer einen Schritt lenkt. Paper: der niedrigere Preis (dieselbe Wahl wie CLIP-Minimum); Referenzcode: entartet, die Rundung entscheidet; linear: das Mittel; abwechselnd; schrittweise: 1, 2, 1; einfach: „A in the shape of B“; erweitert: Preise mit den Einstellungen unten</translation>
    </message>
    <message>
        <source>paper</source>
        <translation>Paper</translation>
    </message>
    <message>
        <source>reference_code</source>
        <translation>Referenzcode</translation>
    </message>
    <message>
        <source>clip_min</source>
        <translation>CLIP-Minimum</translation>
    </message>
    <message>
        <source>linear</source>
        <translation>linear</translation>
    </message>
    <message>
        <source>alternating</source>
        <translation>abwechselnd</translation>
    </message>
    <message>
        <source>step_wise</source>
        <translation>schrittweise</translation>
    </message>
    <message>
        <source>vanilla</source>
        <translation>einfach</translation>
    </message>
    <message>
        <source>vanilla_reversed</source>
        <translation>einfach umgekehrt</translation>
    </message>
    <message>
        <source>extended</source>
        <translation>erweitert</translation>
    </message>
    <message>
        <source>How far to go from the own prompt to the one that drives (ours)</source>
        <translation>Wie weit es vom eigenen Prompt zu dem geht, der lenkt (unser)</translation>
    </message>
    <message>
        <source>Fallback</source>
        <translation>Ersatzweg</translation>
    </message>
    <message>
        <source>Alternate where there is no CLIP, instead of refusing</source>
        <translation>Abwechseln, wo es kein CLIP gibt, statt abzulehnen</translation>
    </message>
    <message>
        <source>Strike</source>
        <translation>Ausübung</translation>
    </message>
    <message>
        <source>The score that is good enough</source>
        <translation>Der Wert, der gut genug ist</translation>
    </message>
    <message>
        <source>Strikes</source>
        <translation>Ausübungen</translation>
    </message>
    <message>
        <source>extended: an own strike for each prompt, the generation&apos;s first</source>
        <translation>erweitert: ein eigener Ausübungswert für jeden Prompt, der der Generierung zuerst</translation>
    </message>
    <message>
        <source>Volatility</source>
        <translation>Volatilität</translation>
    </message>
    <message>
        <source>extended: from the noise schedule (paper), or for each prompt from how its score moved</source>
        <translation>erweitert: aus dem Rauschplan (Paper) oder für jeden Prompt daraus, wie sein Wert sich bewegte</translation>
    </message>
    <message>
        <source>schedule</source>
        <translation>Rauschplan</translation>
    </message>
    <message>
        <source>scores</source>
        <translation>Werte</translation>
    </message>
    <message>
        <source>Allocation</source>
        <translation>Zuteilung</translation>
    </message>
    <message>
        <source>extended: one prompt drives, or all by softmax of their prices</source>
        <translation>erweitert: ein Prompt lenkt oder alle, per Softmax ihrer Preise</translation>
    </message>
    <message>
        <source>one</source>
        <translation>einer</translation>
    </message>
    <message>
        <source>soft</source>
        <translation>weich</translation>
    </message>
    <message>
        <source>Payoff</source>
        <translation>Auszahlung</translation>
    </message>
    <message>
        <source>extended: the cheapest call, or the dearest put (prices the shortfall)</source>
        <translation>erweitert: der billigste Call oder der teuerste Put (bepreist den Fehlbetrag)</translation>
    </message>
    <message>
        <source>call</source>
        <translation>Call</translation>
    </message>
    <message>
        <source>put</source>
        <translation>Put</translation>
    </message>
    <message>
        <source>extended: rate per step; empty: 1 / steps</source>
        <translation>erweitert: Zinssatz je Schritt; leer: 1 / Schritte</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Gedächtnis</translation>
    </message>
    <message>
        <source>extended: scores that volatility is taken from</source>
        <translation>erweitert: Werte, aus denen die Volatilität bestimmt wird</translation>
    </message>
    <message>
        <source>Smoothing</source>
        <translation>Glättung</translation>
    </message>
    <message>
        <source>extended: share of the past in a moving mean of the scores</source>
        <translation>erweitert: Anteil der Vergangenheit am gleitenden Mittel der Werte</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Temperatur</translation>
    </message>
    <message>
        <source>extended: softness of the soft allocation, in units of price</source>
        <translation>erweitert: Weichheit der weichen Zuteilung, in Preiseinheiten</translation>
    </message>
    <message>
        <source>Margin</source>
        <translation>Mindestabstand</translation>
    </message>
    <message>
        <source>extended: change prompts only when prices differ by more</source>
        <translation>erweitert: Prompts nur wechseln, wenn Preise sich um mehr unterscheiden</translation>
    </message>
    <message>
        <source>Dwell</source>
        <translation>Verweildauer</translation>
    </message>
    <message>
        <source>extended: least steps with one prompt</source>
        <translation>erweitert: Mindestzahl der Schritte mit einem Prompt</translation>
    </message>
    <message>
        <source>Warm up</source>
        <translation>Anlauf</translation>
    </message>
    <message>
        <source>extended: share of the steps that alternates at the beginning</source>
        <translation>erweitert: Anteil der Schritte, der am Anfang abwechselt</translation>
    </message>
    <message>
        <source>Score each so manieth step only (ours)</source>
        <translation>Nur jeden so vielten Schritt bewerten (unser)</translation>
    </message>
    <message>
        <source>Decode</source>
        <translation>Dekodieren</translation>
    </message>
    <message>
        <source>Size of the scored forecast; half is faster (ours)</source>
        <translation>Größe der bewerteten Vorhersage; halb ist schneller (unser)</translation>
    </message>
    <message>
        <source>half</source>
        <translation>halb</translation>
    </message>
    <message>
        <source>Judged as</source>
        <translation>Geprüft als</translation>
    </message>
    <message>
        <source>What the CLIP reads for each prompt, e.g. instead of learned words</source>
        <translation>Was das CLIP für jeden Prompt liest, z. B. statt gelernter Wörter</translation>
    </message>
    <message>
        <source>Two Black-Scholes blends would choose each other&apos;s prompts away.</source>
        <translation>Zwei Black-Scholes-Mischungen würden einander die Prompts wegwählen.</translation>
    </message>
    <message>
        <source>Put all prompts into one of them.</source>
        <translation>Alle Prompts in eine davon legen.</translation>
    </message>
    <message>
        <source>Black-Scholes: rules compared</source>
        <translation>Black-Scholes: Regeln vergleichen</translation>
    </message>
    <message>
        <source>Black-Scholes blending compared: one seed, several rules side by side, and the strikes measured.</source>
        <translation>Black-Scholes-Mischung im Vergleich: ein Seed, mehrere Regeln nebeneinander, die Ausübungswerte gemessen.</translation>
    </message>
    <message>
        <source>Two or more prompts to blend; the first one drives the first step</source>
        <translation>Zwei oder mehr zu mischende Prompts; der erste lenkt den ersten Schritt</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>Regeln</translation>
    </message>
    <message>
        <source>Rules to compare, each a picture</source>
        <translation>Zu vergleichende Regeln, je ein Bild</translation>
    </message>
    <message>
        <source>Steps of every picture</source>
        <translation>Schritte jedes Bildes</translation>
    </message>
    <message>
        <source>How closely to follow the prompts; empty: the family&apos;s own</source>
        <translation>Wie eng den Prompts gefolgt wird; leer: wie bei der Familie üblich</translation>
    </message>
    <message>
        <source>Width x height in pixels; empty: the model&apos;s own</source>
        <translation>Breite x Höhe in Pixeln; leer: wie beim Modell üblich</translation>
    </message>
    <message>
        <source>Strike share</source>
        <translation>Ausübungsanteil</translation>
    </message>
    <message>
        <source>extended: strike of a prompt, as a share of its score alone (ours)</source>
        <translation>erweitert: Ausübungswert eines Prompts als Anteil seines Wertes allein (unser)</translation>
    </message>
    <message>
        <source>Repaint inside a mask</source>
        <translation>In einer Maske übermalen</translation>
    </message>
    <message>
        <source>Repaint inside a mask and keep everything outside it, to the bit.</source>
        <translation>In einer Maske übermalen und alles außerhalb bitgenau behalten.</translation>
    </message>
    <message>
        <source>The picture to keep outside the mask</source>
        <translation>Das Bild, das außerhalb der Maske bleibt</translation>
    </message>
    <message>
        <source>Where to repaint; of the picture&apos;s size</source>
        <translation>Wo übermalt wird; in der Größe des Bildes</translation>
    </message>
    <message>
        <source>Soft border in pixels; it lies inside the mask</source>
        <translation>Weicher Rand in Pixeln; er liegt in der Maske</translation>
    </message>
    <message>
        <source>Blend</source>
        <translation>Mischen</translation>
    </message>
    <message>
        <source>Put the original back after each step (the paper, diffusers), or before each prediction and once at the end (the authors&apos; first code)</source>
        <translation>Das Original nach jedem Schritt zurücksetzen (Paper, diffusers) oder vor jeder Vorhersage und einmal am Ende (erster Code der Autoren)</translation>
    </message>
    <message>
        <source>Noise</source>
        <translation>Rauschen</translation>
    </message>
    <message>
        <source>Noise on the original: one for all steps (diffusers), or new at each step (the authors&apos; code)</source>
        <translation>Rauschen auf dem Original: eines für alle Schritte (diffusers) oder bei jedem Schritt neu (Code der Autoren)</translation>
    </message>
    <message>
        <source>same</source>
        <translation>gleich</translation>
    </message>
    <message>
        <source>fresh</source>
        <translation>frisch</translation>
    </message>
    <message>
        <source>Widenings</source>
        <translation>Weitungen</translation>
    </message>
    <message>
        <source>For thin masks: how many wider masks the first steps repaint in (authors&apos; code); what was repainted outside the mask is put back</source>
        <translation>Für dünne Masken: in wie vielen breiteren Masken die ersten Schritte übermalen (Code der Autoren); außerhalb der Maske Übermaltes wird zurückgesetzt</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>Anpassen</translation>
    </message>
    <message>
        <source>Scale and crop a picture of another size instead of refusing it</source>
        <translation>Ein Bild anderer Größe skalieren und zuschneiden, statt es abzulehnen</translation>
    </message>
    <message>
        <source>Concept Lancet: exchange a concept</source>
        <translation>Concept Lancet: Konzept austauschen</translation>
    </message>
    <message>
        <source>Concept Lancet: replace, add or remove a concept, as strongly as the picture&apos;s own caption holds it.</source>
        <translation>Concept Lancet: ein Konzept ersetzen, hinzufügen oder entfernen, so stark, wie die Beschreibung des Bildes es enthält.</translation>
    </message>
    <message>
        <source>Its caption; the source concept stands in it</source>
        <translation>Seine Beschreibung; das Quellkonzept kommt darin vor</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>Aktion</translation>
    </message>
    <message>
        <source>replace source by target; add target in place of what is true now (source, a counterpart in the caption; empty: one is looked for); remove source; decompose only shows the coefficients</source>
        <translation>ersetzen: Quelle durch Ziel; hinzufügen: Ziel statt dessen, was jetzt gilt (Quelle, ein Gegenstück in der Beschreibung; leer: eines wird gesucht); entfernen: Quelle; zerlegen zeigt nur die Koeffizienten</translation>
    </message>
    <message>
        <source>replace</source>
        <translation>ersetzen</translation>
    </message>
    <message>
        <source>add</source>
        <translation>hinzufügen</translation>
    </message>
    <message>
        <source>remove</source>
        <translation>entfernen</translation>
    </message>
    <message>
        <source>decompose</source>
        <translation>zerlegen</translation>
    </message>
    <message>
        <source>Concepts of the caption to take out</source>
        <translation>Konzepte der Beschreibung, die hinausgehen</translation>
    </message>
    <message>
        <source>What to put in, one for each source</source>
        <translation>Was hineinkommt, eines je Quelle</translation>
    </message>
    <message>
        <source>Strengths</source>
        <translation>Stärken</translation>
    </message>
    <message>
        <source>Multipliers of the solved coefficient, 0 to 5, one picture each; 0 gives the picture itself</source>
        <translation>Faktoren des gelösten Koeffizienten, 0 bis 5, je ein Bild; 0 ergibt das Bild selbst</translation>
    </message>
    <message>
        <source>Backbone</source>
        <translation>Unterbau</translation>
    </message>
    <message>
        <source>How the edit becomes a picture</source>
        <translation>Wie aus der Änderung ein Bild wird</translation>
    </message>
    <message>
        <source>p2p-zero-direct</source>
        <translation>P2P-Zero direkt</translation>
    </message>
    <message>
        <source>p2p-zero</source>
        <translation>P2P-Zero</translation>
    </message>
    <message>
        <source>infedit</source>
        <translation>InfEdit</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Raum</translation>
    </message>
    <message>
        <source>Decompose the caption&apos;s text features once, or the predicted noise at each step (InfEdit only)</source>
        <translation>Die Textmerkmale der Beschreibung einmal zerlegen oder das vorhergesagte Rauschen in jedem Schritt (nur InfEdit)</translation>
    </message>
    <message>
        <source>text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>score</source>
        <translation>Rauschen</translation>
    </message>
    <message>
        <source>Baseline</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Also make each picture with a fixed weight instead of the solved one</source>
        <translation>Jedes Bild auch mit festem Gewicht statt des gelösten machen</translation>
    </message>
    <message>
        <source>Fixed weight</source>
        <translation>Festes Gewicht</translation>
    </message>
    <message>
        <source>That fixed weight (inferred)</source>
        <translation>Dieses feste Gewicht (erschlossen)</translation>
    </message>
    <message>
        <source>Coefficient</source>
        <translation>Koeffizient</translation>
    </message>
    <message>
        <source>Use this instead of the solved coefficient, e.g. where it came out as zero</source>
        <translation>Diesen statt des gelösten Koeffizienten verwenden, z. B. wo er null wurde</translation>
    </message>
    <message>
        <source>More concepts for the dictionary; the caption&apos;s own are found</source>
        <translation>Weitere Konzepte für das Wörterbuch; die der Beschreibung werden gefunden</translation>
    </message>
    <message>
        <source>Concepts in the dictionary</source>
        <translation>Konzepte im Wörterbuch</translation>
    </message>
    <message>
        <source>Alpha</source>
        <translation>Alpha</translation>
    </message>
    <message>
        <source>Sparsity: 0.01 in the paper, 0.05 in its code</source>
        <translation>Dünnbesetztheit: 0,01 im Paper, 0,05 in dessen Code</translation>
    </message>
    <message>
        <source>Tau</source>
        <translation>Tau</translation>
    </message>
    <message>
        <source>Share of the l1 part; 1 is the lasso</source>
        <translation>Anteil des l1-Terms; 1 ist das Lasso</translation>
    </message>
    <message>
        <source>Normalize</source>
        <translation>Normieren</translation>
    </message>
    <message>
        <source>Solve for unit atoms, as the reference does</source>
        <translation>Für Einheitsatome lösen, wie die Referenz es tut</translation>
    </message>
    <message>
        <source>Centre</source>
        <translation>Zentrieren</translation>
    </message>
    <message>
        <source>Take off what every text has in common before solving, so that sparsity shrinks coefficients less (ours)</source>
        <translation>Vor dem Lösen abziehen, was allen Texten gemeinsam ist, damit die Dünnbesetztheit Koeffizienten weniger verkleinert (unser)</translation>
    </message>
    <message>
        <source>Concept Lancet while a picture is made: the prompt&apos;s features with one concept exchanged.</source>
        <translation>Concept Lancet, während ein Bild entsteht: die Merkmale des Prompts, ein Konzept ausgetauscht.</translation>
    </message>
    <message>
        <source>It has not run on this machine yet.</source>
        <translation>Es lief auf diesem Rechner noch nicht.</translation>
    </message>
    <message>
        <source>This model has not been loaded yet.</source>
        <translation>Dieses Modell wurde noch nicht geladen.</translation>
    </message>
    <message>
        <source>It is computed when the running job has ended.</source>
        <translation>Wird berechnet, wenn der laufende Auftrag fertig ist.</translation>
    </message>
    <message>
        <source>This size was not measured yet.</source>
        <translation>Diese Größe wurde noch nicht gemessen.</translation>
    </message>
    <message>
        <source>Stimuli</source>
        <translation>Stimuli</translation>
    </message>
    <message>
        <source>Which sentences say the concepts; auto: by the model</source>
        <translation>Welche Sätze die Konzepte nennen; auto: nach Modell</translation>
    </message>
    <message>
        <source>english</source>
        <translation>Englisch</translation>
    </message>
    <message>
        <source>Own stimuli</source>
        <translation>Eigene Stimuli</translation>
    </message>
    <message>
        <source>A JSON file of your own sentences, like the bundled one</source>
        <translation>Eine JSON-Datei mit eigenen Sätzen, wie die mitgelieferte</translation>
    </message>
    <message>
        <source>Sentences</source>
        <translation>Sätze</translation>
    </message>
    <message>
        <source>More sentences; each counts for the concepts it mentions</source>
        <translation>Weitere Sätze; jeder zählt für die Konzepte, die er erwähnt</translation>
    </message>
    <message>
        <source>Captioner</source>
        <translation>Beschreiber</translation>
    </message>
    <message>
        <source>A folder with a BLIP that writes captions; what it sees joins the dictionary</source>
        <translation>Ein Ordner mit einem BLIP, das Beschreibungen schreibt; was es sieht, kommt ins Wörterbuch</translation>
    </message>
    <message>
        <source>Tagged</source>
        <translation>Verschlagwortet</translation>
    </message>
    <message>
        <source>Let a CLIP propose concepts that it finds in the picture: the embedded one, or your own</source>
        <translation>Ein CLIP Konzepte vorschlagen lassen, die es im Bild findet: das eingebaute oder ein eigenes</translation>
    </message>
    <message>
        <source>The folder of your own CLIP for that</source>
        <translation>Der Ordner des eigenen CLIP dafür</translation>
    </message>
    <message>
        <source>Empty: 50, edit-friendly 100, InfEdit 12</source>
        <translation>Leer: 50, edit-friendly 100, InfEdit 12</translation>
    </message>
    <message>
        <source>Empty: the backbone&apos;s own (P2P-Zero 5, direct 7.5, InfEdit 2.3, edit-friendly 15)</source>
        <translation>Leer: wie beim Unterbau üblich (P2P-Zero 5, direkt 7,5, InfEdit 2,3, edit-friendly 15)</translation>
    </message>
    <message>
        <source>Attention rate</source>
        <translation>Attention-Rate</translation>
    </message>
    <message>
        <source>P2P-Zero: how strongly the picture&apos;s attention is kept</source>
        <translation>P2P-Zero: wie stark die Attention des Bildes erhalten bleibt</translation>
    </message>
    <message>
        <source>Cross</source>
        <translation>Kreuz</translation>
    </message>
    <message>
        <source>InfEdit: share of steps with the source&apos;s cross-attention</source>
        <translation>InfEdit: Anteil der Schritte mit der Kreuz-Attention der Quelle</translation>
    </message>
    <message>
        <source>Self attention</source>
        <translation>Selbst-Attention</translation>
    </message>
    <message>
        <source>InfEdit: share of steps with the source&apos;s layout</source>
        <translation>InfEdit: Anteil der Schritte mit dem Layout der Quelle</translation>
    </message>
    <message>
        <source>Edit threshold</source>
        <translation>Änderungsschwelle</translation>
    </message>
    <message>
        <source>InfEdit: larger edits a smaller place</source>
        <translation>InfEdit: größer ändert eine kleinere Stelle</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>InfEdit: words of the caption whose place must stay</source>
        <translation>InfEdit: Wörter der Beschreibung, deren Stelle bleiben muss</translation>
    </message>
    <message>
        <source>Keep threshold</source>
        <translation>Behalte-Schwelle</translation>
    </message>
    <message>
        <source>InfEdit: larger keeps a smaller place</source>
        <translation>InfEdit: größer behält eine kleinere Stelle</translation>
    </message>
    <message>
        <source>Learned</source>
        <translation>Gelernt</translation>
    </message>
    <message>
        <source>Learned concepts that caption and sentences may name</source>
        <translation>Gelernte Konzepte, die Beschreibung und Sätze nennen dürfen</translation>
    </message>
    <message>
        <source>Concept Lancet: a concept exchanged</source>
        <translation>Concept Lancet: ein Konzept getauscht</translation>
    </message>
    <message>
        <source>replace source by target; add target in place of what the prompt says now; remove source</source>
        <translation>ersetzen: Quelle durch Ziel; hinzufügen: Ziel statt dessen, was der Prompt jetzt sagt; entfernen: Quelle</translation>
    </message>
    <message>
        <source>Multiplier of the solved coefficient; 0 changes nothing</source>
        <translation>Faktor des gelösten Koeffizienten; 0 ändert nichts</translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>Anfang</translation>
    </message>
    <message>
        <source>From this share of the steps on; later keeps more of the source&apos;s layout (ours)</source>
        <translation>Ab diesem Anteil der Schritte; später behält mehr vom Layout der Quelle (unser)</translation>
    </message>
    <message>
        <source>End</source>
        <translation>Ende</translation>
    </message>
    <message>
        <source>Until this share of the steps (ours)</source>
        <translation>Bis zu diesem Anteil der Schritte (unser)</translation>
    </message>
    <message>
        <source>T2I-Zero: concepts separated</source>
        <translation>T2I-Zero: Konzepte trennen</translation>
    </message>
    <message>
        <source>T2I-Zero: separate the concepts of a prompt by its text features and attention maps alone.</source>
        <translation>T2I-Zero: die Konzepte eines Prompts allein durch Textmerkmale und Attention-Karten trennen.</translation>
    </message>
    <message>
        <source>Words or phrases of the prompt that are concepts; a word given twice means its next place; none: every word</source>
        <translation>Wörter oder Wendungen des Prompts, die Konzepte sind; ein zweimal genanntes Wort meint sein nächstes Vorkommen; keine: jedes Wort</translation>
    </message>
    <message>
        <source>How far features move to what they share with their neighbours; 0: not at all</source>
        <translation>Wie weit Merkmale zu dem rücken, was sie mit ihren Nachbarn teilen; 0: gar nicht</translation>
    </message>
    <message>
        <source>Beta</source>
        <translation>Beta</translation>
    </message>
    <message>
        <source>How much of a concept is taken away where another one owns the pixel; 0: nothing</source>
        <translation>Wie viel von einem Konzept weggenommen wird, wo ein anderes das Pixel besitzt; 0: nichts</translation>
    </message>
    <message>
        <source>Higher keeps fewer dimensions of the features</source>
        <translation>Höher behält weniger Dimensionen der Merkmale</translation>
    </message>
    <message>
        <source>Gamma</source>
        <translation>Gamma</translation>
    </message>
    <message>
        <source>Neighbours on each side</source>
        <translation>Nachbarn auf jeder Seite</translation>
    </message>
    <message>
        <source>Share of the steps at which suppression begins (inferred)</source>
        <translation>Anteil der Schritte, ab dem die Unterdrückung beginnt (erschlossen)</translation>
    </message>
    <message>
        <source>and ends (inferred)</source>
        <translation>und endet (erschlossen)</translation>
    </message>
    <message>
        <source>First and last step of suppression by number, both included, instead of shares (re-implementation: 1,25)</source>
        <translation>Erster und letzter Schritt der Unterdrückung als Nummern, beide eingeschlossen, statt Anteilen (Nachbau: 1,25)</translation>
    </message>
    <message>
        <source>Alphas</source>
        <translation>Alphas</translation>
    </message>
    <message>
        <source>An own alpha for each word, in their order, 0 to 2 (ours)</source>
        <translation>Ein eigenes Alpha für jedes Wort, in deren Reihenfolge, 0 bis 2 (unser)</translation>
    </message>
    <message>
        <source>Logarithmic quantile (re-implementation), plain quantile, or the products themselves (the reviews)</source>
        <translation>Logarithmisches Quantil (Nachbau), einfaches Quantil oder die Produkte selbst (die Gutachten)</translation>
    </message>
    <message>
        <source>quantile_log</source>
        <translation>logarithmisches Quantil</translation>
    </message>
    <message>
        <source>absolute</source>
        <translation>absolut</translation>
    </message>
    <message>
        <source>Normalise first</source>
        <translation>Erst normieren</translation>
    </message>
    <message>
        <source>Divide the products by their maximum before an absolute threshold (inferred)</source>
        <translation>Die Produkte vor einer absoluten Schwelle durch ihr Maximum teilen (erschlossen)</translation>
    </message>
    <message>
        <source>Max over</source>
        <translation>Maximum über</translation>
    </message>
    <message>
        <source>Largest product of the whole prompt (re-implementation), or of the neighbours (inferred)</source>
        <translation>Größtes Produkt des ganzen Prompts (Nachbau) oder der Nachbarn (erschlossen)</translation>
    </message>
    <message>
        <source>window</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>Encoders</source>
        <translation>Encoder</translation>
    </message>
    <message>
        <source>Two text encoders (SDXL): their features as one (re-implementation), or each by itself</source>
        <translation>Zwei Text-Encoder (SDXL): ihre Merkmale als eines (Nachbau) oder jedes für sich</translation>
    </message>
    <message>
        <source>joined</source>
        <translation>zusammen</translation>
    </message>
    <message>
        <source>each</source>
        <translation>einzeln</translation>
    </message>
    <message>
        <source>Correct in range</source>
        <translation>Nur im Bereich</translation>
    </message>
    <message>
        <source>Correct the features only in the steps of suppression (re-implementation)</source>
        <translation>Die Merkmale nur in den Schritten der Unterdrückung berichtigen (Nachbau)</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>Besitzer</translation>
    </message>
    <message>
        <source>Each head has its own owner of a pixel (paper), or all heads the same (inferred)</source>
        <translation>Jeder Kopf hat seinen eigenen Besitzer eines Pixels (Paper) oder alle Köpfe denselben (erschlossen)</translation>
    </message>
    <message>
        <source>per_head</source>
        <translation>je Kopf</translation>
    </message>
    <message>
        <source>head_mean</source>
        <translation>Mittel der Köpfe</translation>
    </message>
    <message>
        <source>Renormalise</source>
        <translation>Neu normieren</translation>
    </message>
    <message>
        <source>Let probabilities sum to 1 again after suppression (inferred)</source>
        <translation>Wahrscheinlichkeiten nach der Unterdrückung wieder zu 1 summieren (erschlossen)</translation>
    </message>
    <message>
        <source>Ema</source>
        <translation>EMA</translation>
    </message>
    <message>
        <source>Carry the suppressed maps over the steps; 0: not (re-implementation, after arXiv:2403.06381)</source>
        <translation>Die unterdrückten Karten über die Schritte mitführen; 0: nicht (Nachbau, nach arXiv:2403.06381)</translation>
    </message>
    <message>
        <source>Show owners</source>
        <translation>Besitzer zeigen</translation>
    </message>
    <message>
        <source>Preview which concept owns which pixel</source>
        <translation>Vorschau, welches Konzept welches Pixel besitzt</translation>
    </message>
    <message>
        <source>Find things</source>
        <translation>Dinge finden</translation>
    </message>
    <message>
        <source>Find the things in a picture and give each a mask, without a click.</source>
        <translation>Die Dinge in einem Bild finden und jedem eine Maske geben, ohne einen Klick.</translation>
    </message>
    <message>
        <source>The picture to search</source>
        <translation>Das zu durchsuchende Bild</translation>
    </message>
    <message>
        <source>How many things at most</source>
        <translation>Wie viele Dinge höchstens</translation>
    </message>
    <message>
        <source>By</source>
        <translation>Mit</translation>
    </message>
    <message>
        <source>auto: SAM where its weights are found, else classical</source>
        <translation>auto: SAM, wo dessen Gewichte gefunden werden, sonst klassisch</translation>
    </message>
    <message>
        <source>sam</source>
        <translation>SAM</translation>
    </message>
    <message>
        <source>classical</source>
        <translation>klassisch</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>A SAM file (.safetensors); empty looks in the models folder</source>
        <translation>Eine SAM-Datei (.safetensors); leer: sucht im Modellordner</translation>
    </message>
    <message>
        <source>Smallest</source>
        <translation>Kleinstes</translation>
    </message>
    <message>
        <source>Smallest share of the picture a thing may cover</source>
        <translation>Kleinster Anteil des Bildes, den ein Ding bedecken darf</translation>
    </message>
    <message>
        <source>Largest</source>
        <translation>Größtes</translation>
    </message>
    <message>
        <source>Largest share of the picture a thing may cover</source>
        <translation>Größter Anteil des Bildes, den ein Ding bedecken darf</translation>
    </message>
    <message>
        <source>Where two overlap, only the smaller one keeps the pixels (a fig in a bowl)</source>
        <translation>Wo zwei überlappen, behält nur das kleinere die Pixel (eine Feige in einer Schale)</translation>
    </message>
    <message>
        <source>Points per side</source>
        <translation>Punkte je Seite</translation>
    </message>
    <message>
        <source>SAM: clicks along each side; 32 in the paper</source>
        <translation>SAM: Klicks entlang jeder Seite; im Paper 32</translation>
    </message>
    <message>
        <source>Predicted iou</source>
        <translation>Erwartete IoU</translation>
    </message>
    <message>
        <source>SAM: least predicted overlap; lower it for small models (inferred)</source>
        <translation>SAM: geringste vorhergesagte Überlappung; bei kleinen Modellen senken (erschlossen)</translation>
    </message>
    <message>
        <source>Stability</source>
        <translation>Stabilität</translation>
    </message>
    <message>
        <source>SAM: least stability; lower it for small models (inferred)</source>
        <translation>SAM: geringste Stabilität; bei kleinen Modellen senken (erschlossen)</translation>
    </message>
    <message>
        <source>Cut out with clicks</source>
        <translation>Mit Klicks freistellen</translation>
    </message>
    <message>
        <source>GrabCut: cut a thing out of a picture from a click, a box or a lasso; needs no weights.</source>
        <translation>GrabCut: ein Ding mit Klick, Rechteck oder Lasso aus einem Bild freistellen; braucht keine Gewichte.</translation>
    </message>
    <message>
        <source>The picture to cut from</source>
        <translation>Das Bild, aus dem freigestellt wird</translation>
    </message>
    <message>
        <source>Points</source>
        <translation>Punkte</translation>
    </message>
    <message>
        <source>Clicks on the thing: x, y in pixels of the picture</source>
        <translation>Klicks auf das Ding: x, y in Pixeln des Bildes</translation>
    </message>
    <message>
        <source>Clicks on what does not belong to it</source>
        <translation>Klicks auf das, was nicht dazugehört</translation>
    </message>
    <message>
        <source>Box</source>
        <translation>Rechteck</translation>
    </message>
    <message>
        <source>A box around the thing: x0, y0, x1, y1, in any direction</source>
        <translation>Ein Rechteck um das Ding: x0, y0, x1, y1, in beliebiger Richtung</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>Corners of an outline drawn around the thing</source>
        <translation>Ecken eines Umrisses um das Ding</translation>
    </message>
    <message>
        <source>Rounds</source>
        <translation>Runden</translation>
    </message>
    <message>
        <source>Turns of colour model and cut</source>
        <translation>Wechsel von Farbmodell und Schnitt</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>Detail</translation>
    </message>
    <message>
        <source>Long side in pixels at which to cut; the mask is scaled back</source>
        <translation>Lange Seite in Pixeln, bei der geschnitten wird; die Maske wird zurückskaliert</translation>
    </message>
    <message>
        <source>Reach</source>
        <translation>Reichweite</translation>
    </message>
    <message>
        <source>Radius of a click as a share of the short side (ours)</source>
        <translation>Radius eines Klicks als Anteil der kurzen Seite (unser)</translation>
    </message>
    <message>
        <source>Fill holes</source>
        <translation>Löcher füllen</translation>
    </message>
    <message>
        <source>Fill what the cut encloses, but no hole with a click outside in it</source>
        <translation>Füllen, was der Schnitt umschließt, doch kein Loch mit einem Klick nach außen darin</translation>
    </message>
    <message>
        <source>Refine a mask</source>
        <translation>Maske verfeinern</translation>
    </message>
    <message>
        <source>Grow, shrink, feather, fill, invert, smooth or clean a mask.</source>
        <translation>Eine Maske erweitern, verkleinern, weich machen, füllen, umkehren, glätten oder säubern.</translation>
    </message>
    <message>
        <source>The mask to change</source>
        <translation>Die zu ändernde Maske</translation>
    </message>
    <message>
        <source>Its picture; when given, both must have the same size</source>
        <translation>Ihr Bild; wenn angegeben, müssen beide gleich groß sein</translation>
    </message>
    <message>
        <source>Fill what the mask encloses</source>
        <translation>Füllen, was die Maske umschließt</translation>
    </message>
    <message>
        <source>Largest hole</source>
        <translation>Größtes Loch</translation>
    </message>
    <message>
        <source>Fill only holes of up to so many pixels; 0 fills all</source>
        <translation>Nur Löcher bis zu so vielen Pixeln füllen; 0 füllt alle</translation>
    </message>
    <message>
        <source>Remove specks</source>
        <translation>Sprenkel entfernen</translation>
    </message>
    <message>
        <source>Drop separate parts of fewer pixels than this</source>
        <translation>Getrennte Teile mit weniger Pixeln weglassen</translation>
    </message>
    <message>
        <source>Keep largest</source>
        <translation>Größte behalten</translation>
    </message>
    <message>
        <source>Keep only so many of the largest parts; 0 keeps all</source>
        <translation>Nur so viele der größten Teile behalten; 0 behält alle</translation>
    </message>
    <message>
        <source>Round the outline; pixels, standard deviation of a blur cut at half</source>
        <translation>Den Umriss runden; Pixel, Standardabweichung einer bei halb abgeschnittenen Weichzeichnung</translation>
    </message>
    <message>
        <source>Shrink</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>Take so many pixels off the edge</source>
        <translation>So viele Pixel vom Rand wegnehmen</translation>
    </message>
    <message>
        <source>Grow</source>
        <translation>Erweitern</translation>
    </message>
    <message>
        <source>Add so many pixels around the edge</source>
        <translation>So viele Pixel rund um den Rand hinzufügen</translation>
    </message>
    <message>
        <source>Invert</source>
        <translation>Umkehren</translation>
    </message>
    <message>
        <source>Swap inside and outside</source>
        <translation>Innen und außen vertauschen</translation>
    </message>
    <message>
        <source>Pixels over which the edge fades, half of them on either side</source>
        <translation>Pixel, über die der Rand ausläuft, je die Hälfte auf beiden Seiten</translation>
    </message>
    <message>
        <source>RECE: erase a word and its echoes</source>
        <translation>RECE: ein Wort und seine Echos tilgen</translation>
    </message>
    <message>
        <source>RECE: erase a word, then again and again what would still bring it back.</source>
        <translation>RECE: ein Wort tilgen, dann immer wieder das, was es noch zurückbrächte.</translation>
    </message>
    <message>
        <source>Words or phrases the model should forget</source>
        <translation>Wörter oder Wendungen, die das Modell vergessen soll</translation>
    </message>
    <message>
        <source>Instead</source>
        <translation>Stattdessen</translation>
    </message>
    <message>
        <source>What to show in their place: one per erased word, or one for all. Empty: nothing in particular, for a style &apos;art&apos;</source>
        <translation>Was an ihrer Stelle erscheint: eines je getilgtem Wort oder eines für alle. Leer: nichts Bestimmtes, bei einem Stil „art“</translation>
    </message>
    <message>
        <source>Words that must not change</source>
        <translation>Wörter, die sich nicht ändern dürfen</translation>
    </message>
    <message>
        <source>Concept</source>
        <translation>Konzept</translation>
    </message>
    <message>
        <source>What kind of thing the words are; decides the defaults of substitute, rounds and regularisation</source>
        <translation>Von welcher Art die Wörter sind; bestimmt die Vorgaben für Ersatz, Runden und Regularisierung</translation>
    </message>
    <message>
        <source>unsafe</source>
        <translation>unsicher</translation>
    </message>
    <message>
        <source>How often to erase what would still bring the word back; more erases harder and damages more. Empty: 1, for unsafe 3; 0: UCE alone</source>
        <translation>Wie oft getilgt wird, was das Wort noch zurückbrächte; mehr tilgt härter und schadet mehr. Leer: 1, bei unsicher 3; 0: nur UCE</translation>
    </message>
    <message>
        <source>Regularisation</source>
        <translation>Regularisierung</translation>
    </message>
    <message>
        <source>Larger keeps the derived features small and the edit gentle. Empty: 0.001, for unsafe 0.1. Relative to the sum over all projections, so other model families may want another value</source>
        <translation>Größer hält die abgeleiteten Merkmale klein und den Eingriff sanft. Leer: 0,001, bei unsicher 0,1. Relativ zur Summe über alle Projektionen; andere Modellfamilien können einen anderen Wert brauchen</translation>
    </message>
    <message>
        <source>Pull towards the substitute in every round; lower it when pictures turn to noise, 0 changes nothing</source>
        <translation>Zug zum Ersatz in jeder Runde; senken, wenn Bilder zu Rauschen werden, 0 ändert nichts</translation>
    </message>
    <message>
        <source>Caution</source>
        <translation>Vorsicht</translation>
    </message>
    <message>
        <source>Pull of the rounds back to the weights before them</source>
        <translation>Zug der Runden zurück zu den Gewichten davor</translation>
    </message>
    <message>
        <source>Keep weight</source>
        <translation>Haltegewicht</translation>
    </message>
    <message>
        <source>Pull of the rounds that holds each kept text</source>
        <translation>Zug der Runden, der jeden behaltenen Text festhält</translation>
    </message>
    <message>
        <source>Uce caution</source>
        <translation>UCE-Vorsicht</translation>
    </message>
    <message>
        <source>Pull of UCE back to the original weights</source>
        <translation>Zug von UCE zurück zu den ursprünglichen Gewichten</translation>
    </message>
    <message>
        <source>Uce keep weight</source>
        <translation>UCE-Haltegewicht</translation>
    </message>
    <message>
        <source>Pull of UCE that holds each kept text. Empty: 1 / number of kept texts, at least 0.1</source>
        <translation>Zug von UCE, der jeden behaltenen Text festhält. Leer: 1 / Zahl der behaltenen Texte, mindestens 0,1</translation>
    </message>
    <message>
        <source>Penalty</source>
        <translation>Strafterm</translation>
    </message>
    <message>
        <source>What holds the derived features: a ridge to zero (the reference&apos;s scripts), a ridge to a text, or the reference&apos;s surrogate bounds</source>
        <translation>Was die abgeleiteten Merkmale hält: ein Ridge zu null (Skripte der Referenz), ein Ridge zu einem Text oder die Ersatzschranken der Referenz</translation>
    </message>
    <message>
        <source>to zero</source>
        <translation>zu null</translation>
    </message>
    <message>
        <source>to a text</source>
        <translation>zu einem Text</translation>
    </message>
    <message>
        <source>surrogate</source>
        <translation>Ersatzschranken</translation>
    </message>
    <message>
        <source>surrogate with ridge</source>
        <translation>Ersatzschranken mit Ridge</translation>
    </message>
    <message>
        <source>ridge on both</source>
        <translation>Ridge auf beiden</translation>
    </message>
    <message>
        <source>Towards</source>
        <translation>Hin zu</translation>
    </message>
    <message>
        <source>The text of the penalty &apos;to a text&apos;</source>
        <translation>Der Text für den Strafterm „zu einem Text“</translation>
    </message>
    <message>
        <source>Expand</source>
        <translation>Ausweiten</translation>
    </message>
    <message>
        <source>UCE also edits five phrases around each word, such as &apos;image of …&apos;</source>
        <translation>UCE bearbeitet auch fünf Wendungen um jedes Wort, etwa „image of …“</translation>
    </message>
    <message>
        <source>Also keep this many vocabulary words that lie nearest to each erased one (inferred)</source>
        <translation>Auch so viele Wörter des Vokabulars behalten, die jedem getilgten am nächsten liegen (erschlossen)</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>The untouched model, when the chosen one has been edited already</source>
        <translation>Das unberührte Modell, wenn das gewählte schon bearbeitet wurde</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>Proben</translation>
    </message>
    <message>
        <source>Pictures per word before and after, to look at; 0 for none</source>
        <translation>Bilder je Wort vorher und nachher, zum Ansehen; 0 für keine</translation>
    </message>
    <message>
        <source>Segment Anything</source>
        <translation>Segment Anything</translation>
    </message>
    <message>
        <source>Segment Anything: a mask from a click, with your own SAM weights or the small embedded one.</source>
        <translation>Segment Anything: eine Maske per Klick, mit eigenen SAM-Gewichten oder den kleinen eingebauten.</translation>
    </message>
    <message>
        <source>A SAM file (.safetensors) or a folder, or &apos;pocket&apos;; empty: the models folder, then &apos;pocket&apos;</source>
        <translation>Eine SAM-Datei (.safetensors), ein Ordner oder „pocket“; leer: der Modellordner, dann „pocket“</translation>
    </message>
    <message>
        <source>Candidate</source>
        <translation>Kandidat</translation>
    </message>
    <message>
        <source>Which of the masks comes first; 0 takes the one that fits best</source>
        <translation>Welche der Masken zuerst kommt; 0 nimmt die am besten passende</translation>
    </message>
    <message>
        <source>Passes that feed the logits back with all clicks</source>
        <translation>Durchläufe, die die Logits mit allen Klicks zurückspeisen</translation>
    </message>
    <message>
        <source>Edge</source>
        <translation>Kante</translation>
    </message>
    <message>
        <source>Threshold of the logits: higher is tighter</source>
        <translation>Schwelle der Logits: höher ist enger</translation>
    </message>
    <message>
        <source>Rate by</source>
        <translation>Bewerten nach</translation>
    </message>
    <message>
        <source>What rates a mask: the overlap the network predicts, or how little it moves with the threshold</source>
        <translation>Was eine Maske bewertet: die vom Netz vorhergesagte Überlappung oder wie wenig sie sich mit der Schwelle bewegt</translation>
    </message>
    <message>
        <source>predicted</source>
        <translation>Vorhersage</translation>
    </message>
    <message>
        <source>stability</source>
        <translation>Stabilität</translation>
    </message>
    <message>
        <source>Unified concept editing</source>
        <translation>Unified Concept Editing</translation>
    </message>
    <message>
        <source>Unified concept editing: send the keys and values of some words to those of others.</source>
        <translation>Unified Concept Editing: die Schlüssel und Werte mancher Wörter auf die anderer lenken.</translation>
    </message>
    <message>
        <source>What kind of thing the words are; decides the default substitute and the expanded prompts</source>
        <translation>Von welcher Art die Wörter sind; bestimmt den üblichen Ersatz und die ausgeweiteten Prompts</translation>
    </message>
    <message>
        <source>Form</source>
        <translation>Form</translation>
    </message>
    <message>
        <source>Which tokens are edited: everything from a word&apos;s last token on, or only that token</source>
        <translation>Welche Token bearbeitet werden: alles ab dem letzten Token eines Wortes oder nur dieses Token</translation>
    </message>
    <message>
        <source>span</source>
        <translation>Spanne</translation>
    </message>
    <message>
        <source>last token</source>
        <translation>letztes Token</translation>
    </message>
    <message>
        <source>Pull towards the substitute; lower it when pictures turn to noise, 0 changes nothing</source>
        <translation>Zug zum Ersatz; senken, wenn Bilder zu Rauschen werden, 0 ändert nichts</translation>
    </message>
    <message>
        <source>Pull back to the original weights</source>
        <translation>Zug zurück zu den ursprünglichen Gewichten</translation>
    </message>
    <message>
        <source>Pull that holds each kept word. Empty: 1 / number of kept texts, at least 0.1, for the span form; 1 for the last token</source>
        <translation>Zug, der jedes behaltene Wort festhält. Leer: 1 / Zahl der behaltenen Texte, mindestens 0,1, bei der Form Spanne; 1 beim letzten Token</translation>
    </message>
    <message>
        <source>Technique</source>
        <translation>Technik</translation>
    </message>
    <message>
        <source>What a word becomes: its substitute, or the substitute without the word&apos;s own direction</source>
        <translation>Was aus einem Wort wird: sein Ersatz oder der Ersatz ohne die eigene Richtung des Wortes</translation>
    </message>
    <message>
        <source>tensor</source>
        <translation>Tensor</translation>
    </message>
    <message>
        <source>Also edit five phrases around each word, such as &apos;image of …&apos; or &apos;art by …&apos;</source>
        <translation>Auch fünf Wendungen um jedes Wort bearbeiten, etwa „image of …“ oder „art by …“</translation>
    </message>
    <message>
        <source>Break-A-Scene</source>
        <translation>Break-A-Scene</translation>
    </message>
    <message>
        <source>Break-A-Scene: learn several things from ONE picture, each behind a word of its own.</source>
        <translation>Break-A-Scene: mehrere Dinge aus EINEM Bild lernen, jedes hinter einem eigenen Wort.</translation>
    </message>
    <message>
        <source>The picture with the things to learn</source>
        <translation>Das Bild mit den zu lernenden Dingen</translation>
    </message>
    <message>
        <source>One loose mask per thing, of the picture&apos;s size; they may overlap</source>
        <translation>Je Ding eine lockere Maske in der Größe des Bildes; sie dürfen überlappen</translation>
    </message>
    <message>
        <source>The names of the things in prompts, e.g. &lt;mug-1&gt;; empty: &lt;thing-1&gt;, &lt;thing-2&gt; ...</source>
        <translation>Die Namen der Dinge in Prompts, z. B. &lt;mug-1&gt;; leer: &lt;thing-1&gt;, &lt;thing-2&gt; ...</translation>
    </message>
    <message>
        <source>What each thing is, e.g. mug; its word begins there. Empty: begins at a rare word</source>
        <translation>Was jedes Ding ist, z. B. mug; dort beginnt sein Wort. Leer: beginnt bei einem seltenen Wort</translation>
    </message>
    <message>
        <source>Second phase: the whole network as in the paper, or low-rank layers (ours: small files, small GPUs, SDXL)</source>
        <translation>Zweite Phase: das ganze Netz wie im Paper oder niedrigrangige Schichten (unser: kleine Dateien, kleine GPUs, SDXL)</translation>
    </message>
    <message>
        <source>Background</source>
        <translation>Hintergrund</translation>
    </message>
    <message>
        <source>Learn what is outside of all masks as one more thing, &lt;backdrop-1&gt;</source>
        <translation>Was außerhalb aller Masken liegt, als weiteres Ding lernen, &lt;backdrop-1&gt;</translation>
    </message>
    <message>
        <source>Words steps</source>
        <translation>Wörter: Schritte</translation>
    </message>
    <message>
        <source>Steps of the first phase; empty: the family&apos;s own (paper: 400; pocket on a CPU: 80)</source>
        <translation>Schritte der ersten Phase; leer: wie bei der Familie üblich (Paper: 400; Pocket auf einer CPU: 80)</translation>
    </message>
    <message>
        <source>Words rate</source>
        <translation>Wörter: Rate</translation>
    </message>
    <message>
        <source>Learning rate of the first phase; empty: the family&apos;s own (paper: 5e-4; pocket on a CPU: 0.01)</source>
        <translation>Lernrate der ersten Phase; leer: wie bei der Familie üblich (Paper: 5e-4; Pocket auf einer CPU: 0,01)</translation>
    </message>
    <message>
        <source>All steps</source>
        <translation>Alles: Schritte</translation>
    </message>
    <message>
        <source>Steps of the second phase, 0 for words only; fewer if concepts merge; empty: the family&apos;s own (paper: 400; pocket on a CPU: 120)</source>
        <translation>Schritte der zweiten Phase, 0 für nur Wörter; weniger, wenn Konzepte verschmelzen; leer: wie bei der Familie üblich (Paper: 400; Pocket auf einer CPU: 120)</translation>
    </message>
    <message>
        <source>All rate</source>
        <translation>Alles: Rate</translation>
    </message>
    <message>
        <source>Learning rate of the second phase; empty: the family&apos;s own (paper: 2e-6, LoRA 1e-4 (inferred); pocket on a CPU: 0.0002, LoRA 0.001)</source>
        <translation>Lernrate der zweiten Phase; leer: wie bei der Familie üblich (Paper: 2e-6, LoRA 1e-4 (erschlossen); Pocket auf einer CPU: 0,0002, LoRA 0,001)</translation>
    </message>
    <message>
        <source>Attention weight</source>
        <translation>Attention-Gewicht</translation>
    </message>
    <message>
        <source>Weight of the attention loss; raise it if concepts merge, 0 switches it off</source>
        <translation>Gewicht des Attention-Verlusts; erhöhen, wenn Konzepte verschmelzen, 0 schaltet ihn aus</translation>
    </message>
    <message>
        <source>Prior weight</source>
        <translation>Prior-Gewicht</translation>
    </message>
    <message>
        <source>Weight of prior preservation; 0 switches it off</source>
        <translation>Gewicht der Prior-Erhaltung; 0 schaltet sie aus</translation>
    </message>
    <message>
        <source>Prior prompts</source>
        <translation>Prior-Prompts</translation>
    </message>
    <message>
        <source>What the prior pictures show; deliberately not the things</source>
        <translation>Was die Prior-Bilder zeigen; absichtlich nicht die Dinge</translation>
    </message>
    <message>
        <source>Prior count</source>
        <translation>Prior-Anzahl</translation>
    </message>
    <message>
        <source>Number of prior pictures; empty: the family&apos;s own (paper: 100; pocket on a CPU: 12)</source>
        <translation>Zahl der Prior-Bilder; leer: wie bei der Familie üblich (Paper: 100; Pocket auf einer CPU: 12)</translation>
    </message>
    <message>
        <source>Mirror</source>
        <translation>Spiegeln</translation>
    </message>
    <message>
        <source>Chance that picture and masks are mirrored together</source>
        <translation>Wahrscheinlichkeit, dass Bild und Masken gemeinsam gespiegelt werden</translation>
    </message>
    <message>
        <source>Template</source>
        <translation>Vorlage</translation>
    </message>
    <message>
        <source>The training prompt; {} stands for the drawn words joined by &apos;and&apos;</source>
        <translation>Der Trainings-Prompt; {} steht für die gezogenen Wörter, verbunden durch „and“</translation>
    </message>
    <message>
        <source>Train text</source>
        <translation>Text mitlernen</translation>
    </message>
    <message>
        <source>Train the text encoders in the second phase as well</source>
        <translation>In der zweiten Phase auch die Text-Encoder trainieren</translation>
    </message>
    <message>
        <source>Loss share</source>
        <translation>Verlustanteil</translation>
    </message>
    <message>
        <source>Divide the masked error by the whole picture (paper) or by the mask&apos;s area (ours, for tiny things)</source>
        <translation>Den maskierten Fehler durch das ganze Bild teilen (Paper) oder durch die Fläche der Maske (unser, für winzige Dinge)</translation>
    </message>
    <message>
        <source>area</source>
        <translation>Fläche</translation>
    </message>
    <message>
        <source>Rank of the low-rank layers; default as in diffusers&apos; DreamBooth-LoRA example</source>
        <translation>Rang der niedrigrangigen Schichten; Vorgabe wie im DreamBooth-LoRA-Beispiel von diffusers</translation>
    </message>
    <message>
        <source>Draws per step; empty: the family&apos;s own (paper: 1; pocket on a CPU: 2)</source>
        <translation>Ziehungen je Schritt; leer: wie bei der Familie üblich (Paper: 1; Pocket auf einer CPU: 2)</translation>
    </message>
    <message>
        <source>Accumulate</source>
        <translation>Sammeln</translation>
    </message>
    <message>
        <source>Steps whose gradients make one update</source>
        <translation>Schritte, deren Gradienten ein Update ergeben</translation>
    </message>
    <message>
        <source>Less memory for more time: recompute in the backward pass</source>
        <translation>Weniger Speicher für mehr Zeit: im Rückwärtsdurchlauf neu berechnen</translation>
    </message>
    <message>
        <source>Keep minutes</source>
        <translation>Sichern alle (min)</translation>
    </message>
    <message>
        <source>How often the unfinished training is saved, to go on with after a stop; 0 never</source>
        <translation>Wie oft das unfertige Training gesichert wird, um nach einem Abbruch weiterzumachen; 0 nie</translation>
    </message>
    <message>
        <source>Pictures to make of each word and of all together at the end</source>
        <translation>Bilder, die am Ende von jedem Wort und von allen zusammen gemacht werden</translation>
    </message>
    <message>
        <source>Sample steps</source>
        <translation>Probenschritte</translation>
    </message>
    <message>
        <source>Steps of these pictures</source>
        <translation>Schritte dieser Bilder</translation>
    </message>
</context>
<context>
    <name>window</name>
    <message>
        <source>Mask {}</source>
        <translation>Maske {}</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>Maske</translation>
    </message>
</context>
</TS>
